// SPDX-License-Identifier: MIT
#include "model/chkconfig_numbers.h"

#include <algorithm>

namespace init::model {
namespace {

constexpr int lowest = 0;
constexpr int highest = 99;
constexpr std::string_view always_there = "$local_fs";

using List = std::vector<std::string> ChkconfigHeader::*;

bool has(const std::vector<std::string>& list, std::string_view word) noexcept
{
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool provides(const ChkconfigService& service, std::string_view facility) noexcept
{
    return service.name == facility || has(service.header.provides, facility);
}

/// `of` needs the service at `needs` before it starts, or until it has stopped.
struct Edge {
    std::size_t of;
    std::size_t needs;
    LinkKind kind;
};

class Settler {
public:
    Settler(const std::vector<ChkconfigService>& services, const std::vector<unsigned>& on,
            std::size_t target)
        : services_(services), on_(on), numbers_(services.size())
    {
        for (std::size_t i = 0; i < services.size(); ++i) {
            begin(i, i == target);
            add_edges(i);
        }
        if (!services[target].header.has_lsb)
            keep_dependents(target);
    }

    std::vector<LinkNumbers> settle()
    {
        // Numbers only move one way and never leave their range, so this ends, with a loop at 99 and 0.
        bool changed = true;
        while (changed) {
            changed = false;
            for (const Edge& edge : edges_)
                changed = move(edge) || changed;
        }
        return std::move(numbers_);
    }

private:
    void begin(std::size_t i, bool is_target)
    {
        const ChkconfigService& service = services_[i];
        LinkNumbers& number = numbers_[i];
        number.start = service.header.start.value_or(number.start);
        number.stop = service.header.stop.value_or(number.stop);
        if (is_target)
            return;
        for (const LevelLink& link : service.links)
            if (link.kind == LinkKind::start)
                number.start = std::max(number.start, link.number);
            else
                number.stop = std::min(number.stop, link.number);
    }

    void add_edges(std::size_t of)
    {
        const ChkconfigHeader& header = services_[of].header;
        if (!header.has_lsb)
            return;
        for (const List list : {&ChkconfigHeader::required_start, &ChkconfigHeader::should_start})
            add_edges(of, header.*list, LinkKind::start);
        for (const List list : {&ChkconfigHeader::required_stop, &ChkconfigHeader::should_stop})
            add_edges(of, header.*list, LinkKind::stop);
    }

    void add_edges(std::size_t of, const std::vector<std::string>& facilities, LinkKind kind)
    {
        for (const std::string& facility : facilities) {
            if (provides(services_[of], facility))
                continue;
            for (std::size_t other = 0; other < services_.size(); ++other)
                if (other != of && (on_[of] == 0 || (on_[of] & on_[other]) != 0) &&
                    provides(services_[other], facility))
                    edges_.push_back({of, other, kind});
        }
    }

    /// Leaves only the edges that lead, if through others, to the target.
    void keep_dependents(std::size_t target)
    {
        std::string depends(services_.size(), '-');
        depends[target] = '+';
        bool changed = true;
        while (changed) {
            changed = false;
            for (const Edge& edge : edges_)
                if (depends[edge.needs] == '+' && depends[edge.of] == '-') {
                    depends[edge.of] = '+';
                    changed = true;
                }
        }
        std::erase_if(edges_, [&](const Edge& edge) { return depends[edge.of] == '-'; });
    }

    bool move(const Edge& edge)
    {
        LinkNumbers& own = numbers_[edge.of];
        const LinkNumbers& needed = numbers_[edge.needs];
        const LinkNumbers before = own;
        if (edge.kind == LinkKind::start) {
            own.least_start = std::max(own.least_start, std::min(needed.start + 1, highest));
            own.start = std::max(own.start, own.least_start);
        } else {
            own.most_stop = std::min(own.most_stop, std::max(needed.stop - 1, lowest));
            own.stop = std::min(own.stop, own.most_stop);
        }
        return own.least_start != before.least_start || own.most_stop != before.most_stop;
    }

    const std::vector<ChkconfigService>& services_;
    const std::vector<unsigned>& on_;
    std::vector<LinkNumbers> numbers_;
    std::vector<Edge> edges_;
};

bool is_met(const std::vector<ChkconfigService>& services, const ChkconfigService& of,
            const ChkconfigService& without, std::string_view facility) noexcept
{
    if (facility == always_there || provides(of, facility))
        return true;
    for (const ChkconfigService& other : services)
        if (&other != &without && !other.links.empty() && provides(other, facility))
            return true;
    return false;
}

/// Of another service than `without` only what that one provides.
const std::string* find_unmet(const std::vector<ChkconfigService>& services, const ChkconfigService& of,
                              const ChkconfigService& without) noexcept
{
    for (const List list : {&ChkconfigHeader::required_start, &ChkconfigHeader::required_stop})
        for (const std::string& facility : of.header.*list)
            if ((&of == &without || provides(without, facility)) && !is_met(services, of, without, facility))
                return &facility;
    return nullptr;
}

} // namespace

std::vector<LinkNumbers> settle_numbers(const std::vector<ChkconfigService>& services,
                                        const std::vector<unsigned>& on, std::size_t target)
{
    return Settler(services, on, target).settle();
}

const std::string* find_unmet(const std::vector<ChkconfigService>& services, std::size_t target) noexcept
{
    return find_unmet(services, services[target], services[target]);
}

const ChkconfigService* find_dependent(const std::vector<ChkconfigService>& services,
                                       std::size_t target) noexcept
{
    const ChkconfigService& gone = services[target];
    for (const ChkconfigService& other : services) {
        const bool counts = &other != &gone && other.header.has_lsb && !other.links.empty();
        if (counts && find_unmet(services, other, gone))
            return &other;
    }
    return nullptr;
}

} // namespace init::model
