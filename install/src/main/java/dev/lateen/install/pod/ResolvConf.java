package dev.lateen.install.pod;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code /etc/resolv.conf} says of DNS. Pure but for the files it is given.
 *
 * @param servers their addresses, with the zone if there is one
 * @param search the domains to look in; the last line of either kind counts
 */
record ResolvConf(List<String> servers, List<String> search) {
    static final String PATH = "/etc/resolv.conf";

    ResolvConf {
        servers = List.copyOf(servers);
        search = List.copyOf(search);
    }

    /** That of a container; nothing if there is no such file. */
    static ResolvConf of(PodFiles files) throws IOException {
        String text = files.read(PATH);
        List<String> servers = new ArrayList<>();
        List<String> search = List.of();
        for (String line : (text == null ? "" : text).split("\n")) {
            String[] words = line.strip().split("[ \t]+");
            if (words.length < 2) {
                continue;
            }
            switch (words[0]) {
                case "nameserver" -> servers.add(words[1]);
                case "domain" -> search = List.of(words[1]);
                case "search" -> search = List.of(words).subList(1, words.length);
                default -> {
                    // Options are for the application's own resolver.
                }
            }
        }
        return new ResolvConf(servers, search);
    }

    /** The servers' addresses without zones. */
    List<String> addresses() {
        return servers.stream()
                .map(server -> server.indexOf('%') < 0 ? server : server.substring(0, server.indexOf('%')))
                .toList();
    }
}
