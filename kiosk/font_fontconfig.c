#include "kiosk/font.h"

#include <fontconfig/fontconfig.h>
#include <stdio.h>
#include <string.h>

#define FAMILY "Noto Sans"

// fontconfig always answers with some font: only one of the family that was asked for will do, since the
// layouts were looked at with it.
static bool is_ours(FcPattern *found, int weight)
{
    FcChar8 *family;
    int got;
    if (FcPatternGetInteger(found, FC_WEIGHT, 0, &got) != FcResultMatch || got != weight)
        return false;
    for (int i = 0; FcPatternGetString(found, FC_FAMILY, i, &family) == FcResultMatch; i++)
        if (strcmp((const char *)family, FAMILY) == 0)
            return true;
    return false;
}

static bool find_one(FcConfig *config, int weight, char *ret_path)
{
    bool ok = false;
    FcPattern *want =
        FcPatternBuild(NULL, FC_FAMILY, FcTypeString, FAMILY, FC_WEIGHT, FcTypeInteger, weight, FC_SLANT,
                       FcTypeInteger, FC_SLANT_ROMAN, FC_VARIABLE, FcTypeBool, FcFalse, (char *)NULL);
    if (!want)
        return false;
    FcConfigSubstitute(config, want, FcMatchPattern);
    FcDefaultSubstitute(want);
    FcResult result;
    FcPattern *found = FcFontMatch(config, want, &result);
    FcChar8 *file;
    if (found && is_ours(found, weight) && FcPatternGetString(found, FC_FILE, 0, &file) == FcResultMatch &&
        strlen((const char *)file) < FONT_PATH_MAX) {
        snprintf(ret_path, FONT_PATH_MAX, "%s", (const char *)file);
        ok = true;
    }
    if (found)
        FcPatternDestroy(found);
    FcPatternDestroy(want);
    return ok;
}

bool font_find(struct font_files *ret_files, const char **ret_missing)
{
    static const struct {
        int weight;
        const char *name;
    } wanted[WEIGHTS] = {{FC_WEIGHT_REGULAR, FAMILY " Regular"}, {FC_WEIGHT_BOLD, FAMILY " Bold"}};
    struct font_files files;
    FcConfig *config = FcInitLoadConfigAndFonts();
    const char *missing = NULL;
    for (int i = 0; i < WEIGHTS && !missing; i++)
        if (!config || !find_one(config, wanted[i].weight, files.path[i]))
            missing = wanted[i].name;
    if (config)
        FcConfigDestroy(config);
    FcFini();
    if (missing) {
        *ret_missing = missing;
        return false;
    }
    *ret_files = files;
    return true;
}
