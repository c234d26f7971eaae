// The bytes of the files listed in embed.c. Paths are seen from the repository's root.
        .section .rodata
        .macro embed symbol, path
        .global \symbol\()_begin
        .global \symbol\()_end
        .balign 16
\symbol\()_begin:
        .incbin "\path"
\symbol\()_end:
        .byte 0
        .endm

        embed migration_0001, "aggregator/migrations/0001.sql"
        embed migration_0002, "aggregator/migrations/0002.sql"
        embed migration_0003, "aggregator/migrations/0003.sql"
        embed migration_0004, "aggregator/migrations/0004.sql"
        embed migration_0005, "aggregator/migrations/0005.sql"
        embed migration_0006, "aggregator/migrations/0006.sql"
        embed migration_0007, "aggregator/migrations/0007.sql"
        embed migration_0008, "aggregator/migrations/0008.sql"
        embed migration_0009, "aggregator/migrations/0009.sql"
        embed migration_0010, "aggregator/migrations/0010.sql"
        embed migration_0011, "aggregator/migrations/0011.sql"
        embed migration_0012, "aggregator/migrations/0012.sql"
        embed migration_0013, "aggregator/migrations/0013.sql"
        embed migration_0014, "aggregator/migrations/0014.sql"
        embed migration_0015, "aggregator/migrations/0015.sql"
        embed migration_0016, "aggregator/migrations/0016.sql"
        embed migration_0017, "aggregator/migrations/0017.sql"
        embed migration_0018, "aggregator/migrations/0018.sql"
        embed migration_0020, "aggregator/migrations/0020.sql"
        embed web_index_html, "build/web/index.html"
        embed web_app_js, "build/web/app.js"
        embed web_app_css, "build/web/app.css"
        embed web_login_js, "build/web/login.js"
        embed web_login_css, "build/web/login.css"
        embed web_trends_js, "build/web/trends.js"
        embed web_trends_css, "build/web/trends.css"
        embed web_votes_js, "build/web/votes.js"
        embed web_votes_css, "build/web/votes.css"
        embed web_comments_js, "build/web/comments.js"
        embed web_comments_css, "build/web/comments.css"
        embed web_act_js, "build/web/act.js"
        embed web_act_css, "build/web/act.css"
        embed web_inbox_js, "build/web/inbox.js"
        embed web_inbox_css, "build/web/inbox.css"
        embed web_push_js, "build/web/push.js"
        embed web_push_css, "build/web/push.css"
        embed web_worker_js, "build/web/worker.js"
        embed web_backtest_js, "build/web/backtest.js"
        embed web_backtest_css, "build/web/backtest.css"
        embed web_improve_js, "build/web/improve.js"
        embed web_improve_css, "build/web/improve.css"
        embed web_report_js, "build/web/report.js"
        embed web_report_css, "build/web/report.css"
        embed web_manage_js, "build/web/manage.js"
        embed web_manage_css, "build/web/manage.css"
        embed web_openapi_json, "build/web/openapi.json"
        embed web_favicon_svg, "build/web/favicon.svg"
        embed web_manifest, "build/web/manifest.webmanifest"
        .section .note.GNU-stack,"",@progbits
