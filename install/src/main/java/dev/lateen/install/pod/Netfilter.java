package dev.lateen.install.pod;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.proxy.capture.CaptureRules;
import dev.lateen.proxy.capture.CaptureSettings;
import dev.lateen.proxy.capture.IpFamily;
import dev.lateen.proxy.capture.RuleSet;
import dev.lateen.proxy.capture.SavedRules;
import java.io.IOException;
import java.util.List;

/**
 * Puts rules in place with iptables, each table in one step, so that none is ever there by half; a second time it finds what is there and does it anew. Says clearly what it lacks.
 */
public final class Netfilter {
    private final Programs programs;
    private final String variant;

    /** @param variant {@code legacy} or {@code nft}; empty for what the container has */
    public Netfilter(Programs programs, String variant) {
        this.programs = programs;
        this.variant = variant;
    }

    /** Makes the rules of these families, and the routes of TPROXY; what an earlier run left by other flags goes. */
    public void apply(CaptureSettings settings, List<IpFamily> families) throws InterruptedException {
        for (IpFamily family : families) {
            SavedRules saved = saved(family);
            restore(family, CaptureRules.of(settings, family).restore(saved));
            if (settings.tproxy() != null) {
                route(family, settings.tproxy());
            } else if (saved.haveTproxy()) {
                unroute(family, CaptureStart.TPROXY);
            }
        }
    }

    /** Takes the rules of these families away, whatever flags they were made by. */
    public void cleanup(CaptureSettings settings, List<IpFamily> families) throws InterruptedException {
        for (IpFamily family : families) {
            SavedRules saved = saved(family);
            restore(family, RuleSet.cleanup(saved));
            if (saved.haveTproxy()) {
                unroute(family, settings.tproxy() == null ? CaptureStart.TPROXY : settings.tproxy());
            }
        }
    }

    /** What would be run, for people. */
    public String dryRun(CaptureSettings settings, List<IpFamily> families) {
        StringBuilder text = new StringBuilder();
        for (IpFamily family : families) {
            text.append("# ").append(String.join(" ", restoring(family))).append('\n');
            text.append(CaptureRules.of(settings, family).restore(SavedRules.NONE));
        }
        if (settings.tproxy() != null) {
            for (IpFamily family : families) {
                routes("add", family, settings.tproxy())
                        .forEach(command ->
                                text.append(String.join(" ", command)).append('\n'));
            }
        }
        return text.toString();
    }

    private SavedRules saved(IpFamily family) throws InterruptedException {
        Programs.Outcome saved = run(List.of(program(family) + "-save"), "");
        if (!saved.isGood()) {
            throw refused(program(family) + "-save", saved);
        }
        return SavedRules.parse(saved.output());
    }

    private void restore(IpFamily family, String rules) throws InterruptedException {
        List<String> command = restoring(family);
        Programs.Outcome outcome = run(command, rules);
        if (!outcome.isGood()) {
            throw refused(command.getFirst(), outcome);
        }
    }

    private List<String> restoring(IpFamily family) {
        return List.of(program(family) + "-restore", "--noflush", "--wait=5");
    }

    private String program(IpFamily family) {
        String name = family == IpFamily.V4 ? "iptables" : "ip6tables";
        return variant.isEmpty() ? name : name + "-" + variant;
    }

    private static CommandFailure refused(String program, Programs.Outcome outcome) {
        String hint = outcome.output().contains("ermission denied")
                        || outcome.output().contains("you must be root")
                ? " (expected: user 0 with the capabilities NET_ADMIN and NET_RAW)"
                : "";
        return new CommandFailure(
                CommandFailure.FAILED, program + " ended with " + outcome.exitCode() + ": " + outcome.output() + hint);
    }

    private void route(IpFamily family, CaptureSettings.Tproxy tproxy) throws InterruptedException {
        for (List<String> command : routes("add", family, tproxy)) {
            Programs.Outcome outcome = run(command, "");
            if (!outcome.isGood() && !outcome.output().contains("File exists")) {
                throw refused(String.join(" ", command), outcome);
            }
        }
    }

    /** What is not there need not go. */
    private void unroute(IpFamily family, CaptureSettings.Tproxy tproxy) throws InterruptedException {
        for (List<String> command : routes("del", family, tproxy)) {
            Programs.Outcome outcome = run(command, "");
            if (!outcome.isGood() && !outcome.output().contains("No such ")) {
                throw refused(String.join(" ", command), outcome);
            }
        }
    }

    /** Marked packets are the pod's own, whatever address they are for. @param change {@code add} or {@code del} */
    private static List<List<String>> routes(String change, IpFamily family, CaptureSettings.Tproxy tproxy) {
        String inet = family == IpFamily.V4 ? "inet" : "inet6";
        return List.of(
                List.of("ip", "-f", inet, "rule", change, "fwmark", tproxy.mark(), "lookup", tproxy.table()),
                List.of("ip", "-f", inet, "route", change, "local", "default", "dev", "lo", "table", tproxy.table()));
    }

    private Programs.Outcome run(List<String> command, String input) throws InterruptedException {
        try {
            return programs.run(command, input);
        } catch (IOException e) {
            throw new CommandFailure(
                    CommandFailure.FAILED,
                    command.getFirst() + " can't be run: " + e.getMessage() + " (expected: on the PATH of the image)");
        }
    }
}
