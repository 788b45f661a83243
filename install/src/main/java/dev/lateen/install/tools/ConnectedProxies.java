package dev.lateen.install.tools;

import dev.lateen.install.CommandFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The proxies that istiod knows, from {@code /debug/adsz}. */
final class ConnectedProxies {
    /** One of them. @param name {@code pod.namespace} @param address its own, as its node id says */
    record Connected(String name, String address) {
        String pod() {
            return name.substring(0, Math.max(0, name.lastIndexOf('.')));
        }
    }

    private final List<Connected> all;

    private ConnectedProxies(List<Connected> all) {
        this.all = all;
    }

    static ConnectedProxies of(JsonNode adsz) {
        List<Connected> found = new ArrayList<>();
        for (JsonNode connection : adsz.path("clients")) {
            // TYPE~ADDRESS~POD.NAMESPACE~DOMAIN-COUNT
            String[] id = connection.path("connectionId").asString("").split("~", -1);
            if (id.length == 4) {
                found.add(new Connected(id[2], id[1]));
            }
        }
        return new ConnectedProxies(found);
    }

    /**
     * The proxy meant by {@code pod}, {@code pod.namespace}, or the beginning of a pod's name where it is the only one.
     *
     * @throws CommandFailure when none or several are meant, listing them
     */
    Connected named(String given) {
        List<Connected> exact = all.stream()
                .filter(proxy -> proxy.name.equals(given) || proxy.pod().equals(given))
                .toList();
        List<Connected> meant = exact.isEmpty()
                ? all.stream().filter(proxy -> proxy.name.startsWith(given)).toList()
                : exact;
        if (meant.size() == 1) {
            return meant.getFirst();
        }
        String names = (meant.isEmpty() ? all : meant)
                .stream().map(Connected::name).sorted().collect(Collectors.joining(", "));
        throw new CommandFailure(
                CommandFailure.BAD_INPUT,
                "pod: " + given + (meant.isEmpty() ? " is not connected" : " means several") + " (expected: one of "
                        + names + ")");
    }
}
