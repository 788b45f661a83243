package dev.lateen.proxy.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The rules that Istio's init container makes, for one family of addresses. In {@code nat}, what comes in goes through {@code ISTIO_INBOUND} to the inbound port, what goes out
 * through {@code ISTIO_OUTPUT} to the outbound port; what the proxy itself sends is left alone, or it would meet itself for ever. With TPROXY what comes in is marked in
 * {@code mangle} and routed to the proxy with its addresses as they are.
 */
public final class CaptureRules {
    private static final String NAT = "nat";
    static final String MANGLE = "mangle";
    private static final String PREROUTING = "PREROUTING";
    private static final String OUT = "OUTPUT";
    private static final String INBOUND = "ISTIO_INBOUND";
    private static final String OUTPUT = "ISTIO_OUTPUT";
    private static final String REDIRECT = "ISTIO_REDIRECT";
    private static final String IN_REDIRECT = "ISTIO_IN_REDIRECT";
    static final String TPROXY = "ISTIO_TPROXY";
    private static final String DIVERT = "ISTIO_DIVERT";
    private static final String DROP = "ISTIO_DROP";

    private final CaptureSettings settings;
    private final IpFamily family;
    private final String self;
    private final List<RuleSet.Rule> rules = new ArrayList<>();

    private CaptureRules(CaptureSettings settings, IpFamily family) {
        this.settings = settings;
        this.family = family;
        this.self = family == IpFamily.V4 ? settings.loopback() : family.loopback();
    }

    /** The rules of a family. */
    public static RuleSet of(CaptureSettings settings, IpFamily family) {
        return new CaptureRules(settings, family).all();
    }

    private RuleSet all() {
        interfaces();
        if (settings.dropInvalid()) {
            add(MANGLE, PREROUTING, "-m conntrack --ctstate INVALID -j " + DROP);
            add(MANGLE, DROP, "-j DROP");
        }
        add(NAT, INBOUND, "-p tcp --dport " + settings.ports().tunnel() + " -j RETURN");
        add(NAT, REDIRECT, "-p tcp -j REDIRECT --to-ports " + settings.ports().outbound());
        add(
                NAT,
                IN_REDIRECT,
                "-p tcp -j REDIRECT --to-ports " + settings.ports().inbound());
        if (!settings.inbound().isNone()) {
            inbound();
        }
        outbound();
        mark().ifPresent(mark -> TproxyMarks.add(settings, family, mark, this::add, this::insert));
        return new RuleSet(rules);
    }

    private Optional<String> mark() {
        return Optional.ofNullable(settings.tproxy()).map(CaptureSettings.Tproxy::mark);
    }

    private void add(String table, String chain, String spec) {
        rules.add(new RuleSet.Rule(table, chain, 0, spec));
    }

    private void insert(String table, String chain, int position, String spec) {
        rules.add(new RuleSet.Rule(table, chain, position, spec));
    }

    private void interfaces() {
        List<String> tables = settings.tproxy() == null ? List.of(NAT) : List.of(NAT, MANGLE);
        for (String table : tables) {
            for (String each : settings.interfaces().excluded()) {
                add(table, PREROUTING, "-i " + each + " -j RETURN");
                add(table, OUT, "-o " + each + " -j RETURN");
            }
        }
        for (String each : settings.interfaces().virtual()) {
            insert(NAT, PREROUTING, 1, "-i " + each + " -j RETURN");
        }
    }

    private void inbound() {
        mark().ifPresent(mark -> {
            add(MANGLE, DIVERT, "-j MARK --set-mark " + mark);
            add(MANGLE, DIVERT, "-j ACCEPT");
            add(
                    MANGLE,
                    TPROXY,
                    "! -d " + self + " -p tcp -j TPROXY --tproxy-mark " + mark + "/0xffffffff --on-port "
                            + settings.ports().inbound());
        });
        String table = settings.tproxy() == null ? NAT : MANGLE;
        add(table, PREROUTING, "-p tcp -j " + INBOUND);
        if (settings.inbound().all()) {
            settings.inbound().excluded().forEach(port -> add(table, INBOUND, "-p tcp --dport " + port + " -j RETURN"));
            toProxy("");
        } else {
            settings.inbound().included().forEach(port -> toProxy(" --dport " + port));
        }
    }

    private void toProxy(String match) {
        if (settings.tproxy() == null) {
            add(NAT, INBOUND, "-p tcp" + match + " -j " + IN_REDIRECT);
        } else {
            add(MANGLE, INBOUND, "-p tcp" + match + " -m conntrack --ctstate RELATED,ESTABLISHED -j " + DIVERT);
            add(MANGLE, INBOUND, "-p tcp" + match + " -j " + TPROXY);
        }
    }

    private void outbound() {
        add(NAT, OUT, "-j " + OUTPUT);
        settings.outbound().excludedPorts().forEach(port -> {
            add(NAT, OUTPUT, "-p tcp --dport " + port + " -j RETURN");
            add(NAT, OUTPUT, "-p udp --dport " + port + " -j RETURN");
        });
        add(NAT, OUTPUT, "-o lo -s " + family.passthrough() + " -j RETURN");
        boolean dns = settings.dns().isOn();
        String tunnel = settings.ports().tunnel();
        settings.owners()
                .uids()
                .forEach(uid -> own(
                        "--uid-owner " + uid, dns ? "-m multiport ! --dports 53," + tunnel : "! --dport " + tunnel));
        settings.owners().gids().forEach(gid -> own("--gid-owner " + gid, "! --dport " + tunnel));
        groups();
        if (dns) {
            DnsRules.add(settings, family, this::add);
        }
        add(NAT, OUTPUT, "-d " + self + " -j RETURN");
        CaptureSettings.Outbound outbound = settings.outbound();
        outbound.excluded().of(family).forEach(range -> add(NAT, OUTPUT, "-d " + range + " -j RETURN"));
        outbound.includedPorts().forEach(port -> add(NAT, OUTPUT, "-p tcp --dport " + port + " -j " + REDIRECT));
        included(outbound.included());
    }

    /** What the proxy sends to the pod itself goes in as from elsewhere; what it sends to others goes its way; the application speaks to itself undisturbed. */
    private void own(String owner, String otherPorts) {
        add(NAT, OUTPUT, "-o lo ! -d " + self + " -p tcp " + otherPorts + " -m owner " + owner + " -j " + IN_REDIRECT);
        if (!settings.outbound().included().haveLoopback()) {
            String tcp = settings.dns().isOn() ? "-p tcp ! --dport 53 " : "";
            add(NAT, OUTPUT, "-o lo " + tcp + "-m owner ! " + owner + " -j RETURN");
        }
        add(NAT, OUTPUT, "-m owner " + owner + " -j RETURN");
    }

    private void groups() {
        List<String> only = settings.owners().groups();
        if (only.isEmpty()) {
            settings.owners()
                    .otherGroups()
                    .forEach(group -> add(NAT, OUTPUT, "-m owner --gid-owner " + group + " -j RETURN"));
        } else {
            add(
                    NAT,
                    OUTPUT,
                    only.stream()
                                    .map(group -> "-m owner ! --gid-owner " + group)
                                    .collect(Collectors.joining(" ")) + " -j RETURN");
        }
    }

    private void included(AddressRanges included) {
        List<String> virtual = settings.interfaces().virtual();
        if (included.all()) {
            add(NAT, OUTPUT, "-j " + REDIRECT);
            virtual.forEach(each -> insert(NAT, PREROUTING, 1, "-i " + each + " -j " + REDIRECT));
            return;
        }
        for (String range : included.of(family)) {
            virtual.forEach(each -> insert(NAT, PREROUTING, 1, "-i " + each + " -d " + range + " -j " + REDIRECT));
            add(NAT, OUTPUT, "-d " + range + " -j " + REDIRECT);
        }
    }

    /** Adds a rule. */
    @FunctionalInterface
    interface Adding {
        void add(String table, String chain, String spec);
    }

    /** Adds a rule at a place. */
    @FunctionalInterface
    interface Inserting {
        void insert(String table, String chain, int position, String spec);
    }
}
