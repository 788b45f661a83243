package dev.lateen.proxy.capture;

import java.util.List;

/**
 * Names are asked of port 15053. Of UDP the application's questions to the proxy and the proxy's own to the real servers look alike to connection tracking, so they have zones of
 * their own: 1 for the proxy's, 2 for the application's.
 */
final class DnsRules {
    private static final String CHAIN = "ISTIO_OUTPUT_DNS";
    private static final String INBOUND = "ISTIO_INBOUND";
    private static final String PORT = "15053";
    private static final String QUESTIONS = "-p udp --dport 53 ";

    private DnsRules() {}

    static void add(CaptureSettings settings, IpFamily family, CaptureRules.Adding rules) {
        CaptureSettings.Dns dns = settings.dns();
        List<String> servers = dns.servers(family);
        rules.add("raw", "OUTPUT", "-j " + CHAIN);
        if (dns.all() || !servers.isEmpty()) {
            rules.add("nat", "ISTIO_OUTPUT", "-j " + CHAIN);
        }
        if (dns.all()) {
            rules.add("nat", CHAIN, "-p tcp --dport 53 -j REDIRECT --to-ports " + PORT);
            rules.add("nat", CHAIN, "-p udp --dport 53 -j REDIRECT --to-port " + PORT);
        } else {
            for (String server : servers) {
                rules.add(
                        "nat",
                        CHAIN,
                        "-p tcp --dport 53 -d " + family.only(server) + " -j REDIRECT --to-ports " + PORT);
            }
            for (String server : servers) {
                rules.add(
                        "nat", CHAIN, "-p udp --dport 53 -d " + family.only(server) + " -j REDIRECT --to-port " + PORT);
            }
        }
        settings.owners().uids().forEach(uid -> zones(rules, "--uid-owner " + uid));
        settings.owners().gids().forEach(gid -> zones(rules, "--gid-owner " + gid));
        if (dns.all()) {
            rules.add("raw", "PREROUTING", "-j " + INBOUND);
            rules.add("raw", CHAIN, QUESTIONS + "-j CT --zone 2");
            rules.add("raw", INBOUND, "-p udp --sport 53 -j CT --zone 1");
            return;
        }
        if (!servers.isEmpty()) {
            rules.add("raw", "PREROUTING", "-j " + INBOUND);
        }
        for (String server : servers) {
            rules.add("raw", CHAIN, QUESTIONS + "-d " + family.only(server) + " -j CT --zone 2");
            rules.add("raw", INBOUND, "-p udp --sport 53 -s " + family.only(server) + " -j CT --zone 1");
        }
    }

    private static void zones(CaptureRules.Adding rules, String owner) {
        rules.add("raw", CHAIN, QUESTIONS + "-m owner " + owner + " -j CT --zone 1");
        rules.add("raw", CHAIN, "-p udp --sport " + PORT + " -m owner " + owner + " -j CT --zone 2");
    }
}
