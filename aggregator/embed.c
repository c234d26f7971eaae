// embed: the list of what blobs.S holds.
#include "aggregator/embed.h"

#define EMBED(symbol) extern const char symbol##_begin[], symbol##_end[]
EMBED(migration_0001);
EMBED(migration_0002);
EMBED(migration_0003);
EMBED(migration_0004);
EMBED(migration_0005);
EMBED(migration_0006);
EMBED(migration_0007);
EMBED(migration_0008);
EMBED(migration_0009);
EMBED(migration_0010);
EMBED(migration_0011);
EMBED(migration_0012);
EMBED(migration_0013);
EMBED(migration_0014);
EMBED(migration_0015);
EMBED(migration_0016);
EMBED(migration_0017);
EMBED(migration_0018);
EMBED(migration_0019);
EMBED(migration_0020);
EMBED(migration_0021);
EMBED(migration_0022);
EMBED(migration_0023);
EMBED(migration_0024);
EMBED(web_index_html);
EMBED(web_app_js);
EMBED(web_app_css);
EMBED(web_login_js);
EMBED(web_login_css);
EMBED(web_trends_js);
EMBED(web_trends_css);
EMBED(web_plot_js);
EMBED(web_votes_js);
EMBED(web_votes_css);
EMBED(web_comments_js);
EMBED(web_comments_css);
EMBED(web_act_js);
EMBED(web_act_css);
EMBED(web_about_js);
EMBED(web_about_css);
EMBED(web_inbox_js);
EMBED(web_inbox_css);
EMBED(web_find_js);
EMBED(web_find_css);
EMBED(web_standards_js);
EMBED(web_standards_css);
EMBED(web_calendars_js);
EMBED(web_calendars_css);
EMBED(web_channels_js);
EMBED(web_channels_css);
EMBED(web_mailings_js);
EMBED(web_mailings_css);
EMBED(web_log_js);
EMBED(web_log_css);
EMBED(web_alerts_js);
EMBED(web_alerts_css);
EMBED(web_news_js);
EMBED(web_news_css);
EMBED(web_refusals_js);
EMBED(web_account_js);
EMBED(web_account_css);
EMBED(web_worker_js);
EMBED(web_live_js);
EMBED(web_backtest_js);
EMBED(web_backtest_css);
EMBED(web_improve_js);
EMBED(web_improve_css);
EMBED(web_report_js);
EMBED(web_report_css);
EMBED(web_poster_js);
EMBED(web_poster_css);
EMBED(web_wall_js);
EMBED(web_wall_css);
EMBED(web_phone_html);
EMBED(web_phone_js);
EMBED(web_phone_css);
EMBED(web_manage_js);
EMBED(web_manage_css);
EMBED(web_survey_js);
EMBED(web_survey_css);
EMBED(web_openapi_json);
EMBED(web_favicon_svg);
EMBED(web_manifest);

const struct embedded embedded_migrations[] = {
    {"0001", migration_0001_begin, migration_0001_end},
    {"0002", migration_0002_begin, migration_0002_end},
    {"0003", migration_0003_begin, migration_0003_end},
    {"0004", migration_0004_begin, migration_0004_end},
    {"0005", migration_0005_begin, migration_0005_end},
    {"0006", migration_0006_begin, migration_0006_end},
    {"0007", migration_0007_begin, migration_0007_end},
    {"0008", migration_0008_begin, migration_0008_end},
    {"0009", migration_0009_begin, migration_0009_end},
    {"0010", migration_0010_begin, migration_0010_end},
    {"0011", migration_0011_begin, migration_0011_end},
    {"0012", migration_0012_begin, migration_0012_end},
    {"0013", migration_0013_begin, migration_0013_end},
    {"0014", migration_0014_begin, migration_0014_end},
    {"0015", migration_0015_begin, migration_0015_end},
    {"0016", migration_0016_begin, migration_0016_end},
    {"0017", migration_0017_begin, migration_0017_end},
    {"0018", migration_0018_begin, migration_0018_end},
    {"0019", migration_0019_begin, migration_0019_end},
    {"0020", migration_0020_begin, migration_0020_end},
    {"0021", migration_0021_begin, migration_0021_end},
    {"0022", migration_0022_begin, migration_0022_end},
    {"0023", migration_0023_begin, migration_0023_end},
    {"0024", migration_0024_begin, migration_0024_end},
    {NULL, NULL, NULL},
};

const struct embedded embedded_web[] = {
    {"index.html", web_index_html_begin, web_index_html_end},
    {"app.js", web_app_js_begin, web_app_js_end},
    {"app.css", web_app_css_begin, web_app_css_end},
    {"login.js", web_login_js_begin, web_login_js_end},
    {"login.css", web_login_css_begin, web_login_css_end},
    {"trends.js", web_trends_js_begin, web_trends_js_end},
    {"trends.css", web_trends_css_begin, web_trends_css_end},
    {"plot.js", web_plot_js_begin, web_plot_js_end},
    {"votes.js", web_votes_js_begin, web_votes_js_end},
    {"votes.css", web_votes_css_begin, web_votes_css_end},
    {"comments.js", web_comments_js_begin, web_comments_js_end},
    {"comments.css", web_comments_css_begin, web_comments_css_end},
    {"act.js", web_act_js_begin, web_act_js_end},
    {"act.css", web_act_css_begin, web_act_css_end},
    {"about.js", web_about_js_begin, web_about_js_end},
    {"about.css", web_about_css_begin, web_about_css_end},
    {"inbox.js", web_inbox_js_begin, web_inbox_js_end},
    {"inbox.css", web_inbox_css_begin, web_inbox_css_end},
    {"find.js", web_find_js_begin, web_find_js_end},
    {"find.css", web_find_css_begin, web_find_css_end},
    {"standards.js", web_standards_js_begin, web_standards_js_end},
    {"standards.css", web_standards_css_begin, web_standards_css_end},
    {"calendars.js", web_calendars_js_begin, web_calendars_js_end},
    {"calendars.css", web_calendars_css_begin, web_calendars_css_end},
    {"channels.js", web_channels_js_begin, web_channels_js_end},
    {"channels.css", web_channels_css_begin, web_channels_css_end},
    {"mailings.js", web_mailings_js_begin, web_mailings_js_end},
    {"mailings.css", web_mailings_css_begin, web_mailings_css_end},
    {"log.js", web_log_js_begin, web_log_js_end},
    {"log.css", web_log_css_begin, web_log_css_end},
    {"alerts.js", web_alerts_js_begin, web_alerts_js_end},
    {"alerts.css", web_alerts_css_begin, web_alerts_css_end},
    {"news.js", web_news_js_begin, web_news_js_end},
    {"news.css", web_news_css_begin, web_news_css_end},
    {"refusals.js", web_refusals_js_begin, web_refusals_js_end},
    {"account.js", web_account_js_begin, web_account_js_end},
    {"account.css", web_account_css_begin, web_account_css_end},
    {"worker.js", web_worker_js_begin, web_worker_js_end},
    {"live.js", web_live_js_begin, web_live_js_end},
    {"backtest.js", web_backtest_js_begin, web_backtest_js_end},
    {"backtest.css", web_backtest_css_begin, web_backtest_css_end},
    {"improve.js", web_improve_js_begin, web_improve_js_end},
    {"improve.css", web_improve_css_begin, web_improve_css_end},
    {"report.js", web_report_js_begin, web_report_js_end},
    {"report.css", web_report_css_begin, web_report_css_end},
    {"poster.js", web_poster_js_begin, web_poster_js_end},
    {"poster.css", web_poster_css_begin, web_poster_css_end},
    {"wall.js", web_wall_js_begin, web_wall_js_end},
    {"wall.css", web_wall_css_begin, web_wall_css_end},
    {"phone.html", web_phone_html_begin, web_phone_html_end},
    {"phone.js", web_phone_js_begin, web_phone_js_end},
    {"phone.css", web_phone_css_begin, web_phone_css_end},
    {"manage.js", web_manage_js_begin, web_manage_js_end},
    {"manage.css", web_manage_css_begin, web_manage_css_end},
    {"survey.js", web_survey_js_begin, web_survey_js_end},
    {"survey.css", web_survey_css_begin, web_survey_css_end},
    {"api/v1/openapi.json", web_openapi_json_begin, web_openapi_json_end},
    {"favicon.svg", web_favicon_svg_begin, web_favicon_svg_end},
    {"manifest.webmanifest", web_manifest_begin, web_manifest_end},
    {NULL, NULL, NULL},
};
