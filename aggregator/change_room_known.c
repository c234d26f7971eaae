// change: what days that differ need (change_room). A line for each usual share. Printed by tests/tools/puas-charts.
#include "aggregator/change.h"

const double change_room_usual[CHANGE_ROOM_USUALS] = {0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5};
const double change_room_part[CHANGE_ROOM_PARTS] = {0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1};
const int change_room_table[CHANGE_ROOM_USUALS][CHANGE_ROOM_PARTS] = {
    {0, 25, 25, 50, 50, 125, 200, 275},           {0, 25, 50, 125, 200, 375, 650, 950},
    {0, 50, 150, 300, 450, 950, 1600, 2300},      {0, 100, 250, 500, 800, 1600, 2600, 3500},
    {0, 100, 400, 700, 1200, 2200, 3000, 3000},   {0, 200, 600, 1200, 1900, 2000, 2000, 2000},
    {0, 300, 1000, 1000, 1000, 1000, 1000, 1000}, {0, 0, 0, 0, 0, 0, 0, 0},
};
