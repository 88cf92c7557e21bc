// SPDX-License-Identifier: MIT
// The table of scripts that belong to a machine. One row for each name: the right that lets it run after all,
// if any, and the reason to give where it is left out.
#include "model/machine_script.h"

#include <algorithm>
#include <array>

namespace init::model {
namespace {

using Right = bool MachineFacts::*;
constexpr Right never = nullptr; ///< it acts on the host, or on what is init's own, whatever the rights

struct Row {
    std::string_view name;
    Right right;
    std::string_view reason;
};

constexpr std::string_view ends = "halting the machine has no place here: init ends the container itself";
constexpr std::string_view kills = "init ends the remaining processes itself";
constexpr std::string_view single = "single-user mode asks for a console login; init enters the level itself";
constexpr std::string_view clock = "it sets the clock, which is the host's";
constexpr std::string_view check = "it checks and remounts the host's file systems";
constexpr std::string_view mounts = "it mounts file systems, which the runtime has done for this container";
constexpr std::string_view unmounts = "it unmounts or remounts file systems that are the host's";
constexpr std::string_view cleaned =
    "init's own sweep has done its work, and this one would enter mounts from outside";
constexpr std::string_view needs_mount = "it mounts file systems and needs CAP_SYS_ADMIN, which is missing";
constexpr std::string_view needs_net =
    "it configures network interfaces and needs CAP_NET_ADMIN, which is missing";
constexpr std::string_view needs_filter =
    "it sets packet filter rules and needs CAP_NET_ADMIN, which is missing";
constexpr std::string_view needs_audit = "it needs CAP_AUDIT_CONTROL, which is missing";
constexpr std::string_view needs_disk = "it watches disks, and there is no block device here";
constexpr std::string_view needs_hostname = "the hostname is the runtime's; hostname=yes sets the image's";
constexpr std::string_view kernel_settings = "it sets kernel parameters (kernel.*), which are the host's";
constexpr std::string_view sys = "it changes settings below /sys, which are the host's";
constexpr std::string_view modules = "it loads kernel modules into the host's kernel";
constexpr std::string_view devices = "it manages devices, which are the host's";
constexpr std::string_view keyboard = "it sets fonts and keys of a virtual console, which is the host's";
constexpr std::string_view storage = "it activates block devices, which are the host's";
constexpr std::string_view processor = "it tunes processors and interrupts, which are the host's";
constexpr std::string_view policy = "it changes the security policy of the host's kernel";
constexpr std::string_view splash = "there is no boot screen here";
constexpr std::string_view console_log =
    "it takes over the console, which may be the host's; init keeps the output";
constexpr std::string_view crash = "it prepares the host's kernel for a crash";
constexpr std::string_view sound = "it sets the mixer of sound devices, which are the host's";
constexpr std::string_view power = "it acts on power events, which are the host's";
constexpr std::string_view disks_ahead = "it reads the disk ahead of a machine's boot";
constexpr std::string_view questions = "it asks questions on the console at a machine's first boot";
constexpr std::string_view groups =
    "it mounts and divides cgroups, which the runtime has done for this container";
constexpr std::string_view formats = "it registers binary formats with the host's kernel";

constexpr auto net = &MachineFacts::cap_net_admin;
constexpr auto admin = &MachineFacts::cap_sys_admin;

constexpr Row rows[] = {
    {"halt", never, ends},
    {"reboot", never, ends},
    {"poweroff", never, ends},
    {"killall", never, kills},
    {"killprocs", never, kills},
    {"sendsigs", never, kills},
    {"single", never, single},
    {"hwclock", never, clock},
    {"hwclock.sh", never, clock},
    {"hwclockfirst.sh", never, clock},
    {"ntpdate", never, clock},
    {"checkroot.sh", never, check},
    {"checkroot", never, check},
    {"checkfs.sh", never, check},
    {"checkfs", never, check},
    {"checkroot-bootclean.sh", never, cleaned},
    {"mountall-bootclean.sh", never, cleaned},
    {"mountnfs-bootclean.sh", never, cleaned},
    {"bootclean", never, cleaned},
    {"mountall.sh", never, mounts},
    {"mountkernfs.sh", never, mounts},
    {"mountdevsubfs.sh", never, mounts},
    {"mount-configfs", never, mounts},
    {"mountnfs.sh", admin, needs_mount},
    {"netfs", admin, needs_mount},
    {"umountnfs.sh", never, unmounts},
    {"umountfs", never, unmounts},
    {"umountroot", never, unmounts},
    {"hostname.sh", &MachineFacts::set_hostname, needs_hostname},
    {"hostname", &MachineFacts::set_hostname, needs_hostname},
    {"procps", never, kernel_settings},
    {"procps.sh", never, kernel_settings},
    {"sysctl", never, kernel_settings},
    {"sysfsutils", never, sys},
    {"brightness", never, sys},
    {"kmod", never, modules},
    {"module-init-tools", never, modules},
    {"udev", never, devices},
    {"udev-post", never, devices},
    {"udev-finish", never, devices},
    {"udev-mtab", never, devices},
    {"eudev", never, devices},
    {"haldaemon", never, devices},
    {"hal", never, devices},
    {"kudzu", never, devices},
    {"gpm", never, devices},
    {"pcmcia", never, devices},
    {"setserial", never, devices},
    {"hdparm", never, devices},
    {"lm_sensors", never, devices},
    {"lm-sensors", never, devices},
    {"keyboard-setup", never, keyboard},
    {"keyboard-setup.sh", never, keyboard},
    {"console-setup", never, keyboard},
    {"console-setup.sh", never, keyboard},
    {"console-screen.sh", never, keyboard},
    {"keymap.sh", never, keyboard},
    {"kbd", never, keyboard},
    {"lvm2", never, storage},
    {"lvm2-lvmetad", never, storage},
    {"lvm2-lvmpolld", never, storage},
    {"lvm2-monitor", never, storage},
    {"blk-availability", never, storage},
    {"mdadm", never, storage},
    {"mdadm-raid", never, storage},
    {"mdadm-waitidle", never, storage},
    {"mdmonitor", never, storage},
    {"dmraid", never, storage},
    {"cryptdisks", never, storage},
    {"cryptdisks-early", never, storage},
    {"cryptdisks-udev", never, storage},
    {"iscsi", never, storage},
    {"iscsid", never, storage},
    {"open-iscsi", never, storage},
    {"multipathd", never, storage},
    {"multipath-tools", never, storage},
    {"multipath-tools-boot", never, storage},
    {"rawdevices", never, storage},
    {"networking", net, needs_net},
    {"network", net, needs_net},
    {"ifupdown", net, needs_net},
    {"ifupdown-clean", net, needs_net},
    {"netconsole", never, "it sends the log of the host's kernel over the network"},
    {"iptables", net, needs_filter},
    {"ip6tables", net, needs_filter},
    {"ebtables", net, needs_filter},
    {"arptables_jf", net, needs_filter},
    {"nftables", net, needs_filter},
    {"netfilter-persistent", net, needs_filter},
    {"auditd", &MachineFacts::cap_audit_control, needs_audit},
    {"smartd", &MachineFacts::has_block_device, needs_disk},
    {"smartmontools", &MachineFacts::has_block_device, needs_disk},
    {"cpuspeed", never, processor},
    {"cpufrequtils", never, processor},
    {"loadcpufreq", never, processor},
    {"ondemand", never, processor},
    {"microcode_ctl", never, processor},
    {"irqbalance", never, processor},
    {"apparmor", never, policy},
    {"restorecond", never, policy},
    {"selinux-autorelabel", never, policy},
    {"kdump", never, crash},
    {"kexec", never, crash},
    {"kexec-load", never, crash},
    {"bootlogd", never, console_log},
    {"stop-bootlogd", never, console_log},
    {"stop-bootlogd-single", never, console_log},
    {"plymouth", never, splash},
    {"plymouth-log", never, splash},
    {"rhgb", never, splash},
    {"alsa-utils", never, sound},
    {"alsasound", never, sound},
    {"acpid", never, power},
    {"acpi-support", never, power},
    {"apmd", never, power},
    {"laptop-mode", never, power},
    {"readahead", never, disks_ahead},
    {"readahead_early", never, disks_ahead},
    {"readahead_later", never, disks_ahead},
    {"readahead-fedora", never, disks_ahead},
    {"stop-readahead-fedora", never, disks_ahead},
    {"firstboot", never, questions},
    {"cgconfig", never, groups},
    {"cgroupfs-mount", never, groups},
    {"cgroup-lite", never, groups},
    {"binfmt-support", never, formats},
};

} // namespace

std::optional<std::string> machine_reason(std::string_view service, const MachineFacts& facts)
{
    const auto row =
        std::find_if(std::begin(rows), std::end(rows), [service](const Row& r) { return r.name == service; });
    if (row == std::end(rows) || (row->right != never && facts.*(row->right)))
        return std::nullopt;
    return std::string{row->reason};
}

} // namespace init::model
