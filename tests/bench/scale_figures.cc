// SPDX-License-Identifier: MIT
//
// How boot and stop grow with the number of scripts: a plot, and whether it is a straight line.
#include "measure.h"

#include <csignal>
#include <cstdio>
#include <stdexcept>

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr int sizes[] = {625, 1250, 2500, 5000};

struct Point {
    int scripts;
    double boot, stop; ///< ms
};

Point point_of(int scripts)
{
    Setting how = ours("noop-" + std::to_string(scripts));
    how.environment.emplace_back("RCINIT_GRACE=120s"); // whether it is in time is not what is asked
    Container container(how);
    Clock::time_point seen;
    if (!container.wait_for_mark("up", 120s, seen))
        throw std::runtime_error("the last script of " + how.root + " did not run");
    const double boot = milliseconds(seen - container.began());
    const auto begun = Clock::now();
    if (container.end_with(SIGTERM, 120s) != 0)
        throw std::runtime_error(how.root + " did not stop with 0");
    return {scripts, boot, milliseconds(Clock::now() - begun)};
}

/// A line for each size: as many dashes as its share of the longest.
void plot(const char* what, const std::vector<Point>& points, double Point::*time)
{
    constexpr double width = 60;
    const double longest = points.back().*time;
    std::printf("%s, ms\n", what);
    for (const Point& point : points)
        std::printf("%5d | %-60s %9.1f  (%.3f a script)\n", point.scripts,
                    std::string(static_cast<std::size_t>(width * (point.*time) / longest), '-').c_str(),
                    point.*time, point.*time / point.scripts);
}

} // namespace

void scale()
{
    std::vector<Point> points;
    for (const int scripts : sizes)
        points.push_back(point_of(scripts));
    plot("boot of so many no-op scripts", points, &Point::boot);
    plot("stop of so many no-op scripts", points, &Point::stop);
    const Point& few = points.front();
    const Point& many = points.back();
    const double straight = static_cast<double>(many.scripts) / few.scripts;
    ratio_row("boot of 5,000 scripts, of 625, a script", many.boot / straight, few.boot, 1.3);
    ratio_row("stop of 5,000 scripts, of 625, a script", many.stop / straight, few.stop, 1.3);
}

} // namespace bench
