package dev.lateen.install.tools;

import dev.lateen.install.failure.CommandFailure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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

    /** The proxies of {@code /debug/syncz}, which tells no addresses. */
    static ConnectedProxies ofStatus(List<JsonNode> syncz) {
        return new ConnectedProxies(syncz.stream()
                .map(proxy -> new Connected(proxy.path("proxy").asString(""), ""))
                .toList());
    }

    /** Those of one namespace; all where none is said. */
    ConnectedProxies in(@Nullable String namespace) {
        return namespace == null
                ? this
                : new ConnectedProxies(all.stream()
                        .filter(proxy -> proxy.name().endsWith("." + namespace))
                        .toList());
    }

    /** Where a proxy of that name is on this machine's loopback network; none if it is elsewhere. */
    List<String> localAddresses(String name) {
        return all.stream()
                .filter(proxy -> proxy.name().equals(name) && proxy.address().startsWith("127."))
                .map(Connected::address)
                .limit(1)
                .toList();
    }

    /**
     * The proxy meant by {@code pod}, {@code pod.namespace}, {@code deployment/name} or another workload so, with or without {@code .namespace}, or the
     * beginning of a pod's name where it is the only one. Of a workload's pods it is the first, as istioctl takes one.
     *
     * @throws CommandFailure when none or several are meant, listing them
     */
    Connected named(String given) {
        int slash = given.indexOf('/');
        if (slash >= 0) {
            return ofWorkload(given, given.substring(slash + 1));
        }
        List<Connected> exact = all.stream()
                .filter(proxy -> proxy.name.equals(given) || proxy.pod().equals(given))
                .toList();
        List<Connected> meant = exact.isEmpty()
                ? all.stream().filter(proxy -> proxy.name.startsWith(given)).toList()
                : exact;
        if (meant.size() == 1) {
            return meant.getFirst();
        }
        throw notOne(given, meant);
    }

    private Connected ofWorkload(String given, String workload) {
        int dot = workload.indexOf('.');
        String name = dot < 0 ? workload : workload.substring(0, dot);
        String namespace = dot < 0 ? "" : workload.substring(dot);
        // NAME-TEMPLATE-POD of a Deployment, NAME-POD of other workloads; a pod has no dot in its name.
        var pods = Pattern.compile(Pattern.quote(name) + "(-[a-z0-9]+){0,2}");
        return all.stream()
                .filter(proxy ->
                        pods.matcher(proxy.pod()).matches() && proxy.name().endsWith(namespace))
                .min(Comparator.comparing(Connected::name))
                .orElseThrow(() -> notOne(given, List.of()));
    }

    private CommandFailure notOne(String given, List<Connected> meant) {
        String names = (meant.isEmpty() ? all : meant)
                .stream().map(Connected::name).sorted().collect(Collectors.joining(", "));
        return new CommandFailure(
                CommandFailure.BAD_INPUT,
                "pod: " + given + (meant.isEmpty() ? " is not connected" : " means several") + " (expected: one of "
                        + names + ")");
    }
}
