#include "kiosk/font.h"

#include <fontconfig/fontconfig.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *family, *package;
} wanted[SCRIPTS] = {
    [SCRIPT_LATIN] = {"Noto Sans", "fonts-noto-core"},
    [SCRIPT_ARABIC] = {"Noto Sans Arabic", "fonts-noto-core"},
    [SCRIPT_DEVANAGARI] = {"Noto Sans Devanagari", "fonts-noto-core"},
    [SCRIPT_THAI] = {"Noto Sans Thai", "fonts-noto-core"},
    [SCRIPT_HAN] = {"Noto Sans CJK SC", "fonts-noto-cjk"},
};
static const struct {
    int weight;
    const char *name;
} weights[WEIGHTS] = {
    [WEIGHT_REGULAR] = {FC_WEIGHT_REGULAR, "Regular"}, [WEIGHT_BOLD] = {FC_WEIGHT_BOLD, "Bold"}};

// fontconfig always answers with some font: only one of the family that was asked for will do, since the
// layouts were looked at with it.
static bool is_ours(FcPattern *found, const char *wanted_family, int weight)
{
    FcChar8 *family;
    int got;
    if (FcPatternGetInteger(found, FC_WEIGHT, 0, &got) != FcResultMatch || got != weight)
        return false;
    for (int i = 0; FcPatternGetString(found, FC_FAMILY, i, &family) == FcResultMatch; i++)
        if (strcmp((const char *)family, wanted_family) == 0)
            return true;
    return false;
}

static bool find_one(FcConfig *config, const char *family, int weight, struct font_file *ret)
{
    bool ok = false;
    FcPattern *want =
        FcPatternBuild(NULL, FC_FAMILY, FcTypeString, family, FC_WEIGHT, FcTypeInteger, weight, FC_SLANT,
                       FcTypeInteger, FC_SLANT_ROMAN, FC_VARIABLE, FcTypeBool, FcFalse, (char *)NULL);
    if (!want)
        return false;
    FcConfigSubstitute(config, want, FcMatchPattern);
    FcDefaultSubstitute(want);
    FcResult result;
    FcPattern *found = FcFontMatch(config, want, &result);
    FcChar8 *file;
    if (found && is_ours(found, family, weight) &&
        FcPatternGetString(found, FC_FILE, 0, &file) == FcResultMatch &&
        strlen((const char *)file) < FONT_PATH_MAX) {
        snprintf(ret->path, sizeof ret->path, "%s", (const char *)file);
        if (FcPatternGetInteger(found, FC_INDEX, 0, &ret->index) != FcResultMatch)
            ret->index = 0;
        ok = true;
    }
    if (found)
        FcPatternDestroy(found);
    FcPatternDestroy(want);
    return ok;
}

bool font_find(unsigned scripts, struct font_files *ret_files, char *why, size_t size)
{
    struct font_files files = {0};
    FcConfig *config = FcInitLoadConfigAndFonts();
    bool ok = config != NULL;
    if (!ok)
        snprintf(why, size, "fontconfig does not start");
    for (int s = 0; s < SCRIPTS && ok; s++) {
        bool needed = s == SCRIPT_LATIN || (scripts >> s & 1) != 0;
        for (int w = 0; w < WEIGHTS && needed && ok; w++) {
            ok = find_one(config, wanted[s].family, weights[w].weight, &files.of[s][w]);
            if (!ok)
                snprintf(why, size, "font %s %s is missing: apt-get install %s", wanted[s].family,
                         weights[w].name, wanted[s].package);
        }
    }
    if (config)
        FcConfigDestroy(config);
    FcFini();
    if (ok)
        *ret_files = files;
    return ok;
}
