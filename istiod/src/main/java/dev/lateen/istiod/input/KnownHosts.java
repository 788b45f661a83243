package dev.lateen.istiod.input;

import dev.lateen.api.networking.ServiceEntry;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.yaml.RawDocument;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The hosts that Services and ServiceEntries declare, and their ports. */
public final class KnownHosts {
    private static final String DOMAIN = ".svc.cluster.local";

    private final Map<String, SortedSet<Integer>> ports = new TreeMap<>();
    private final Set<String> suffixes = new TreeSet<>();

    private KnownHosts() {}

    /** The hosts of some resources and documents. */
    public static KnownHosts of(Collection<Resource<?>> resources, Collection<RawDocument> documents) {
        KnownHosts hosts = new KnownHosts();
        for (RawDocument document : documents) {
            if (document.is("v1", "Service")) {
                SortedSet<Integer> declared = hosts.add(document.name() + "." + document.namespace() + DOMAIN);
                document.node()
                        .path("spec")
                        .path("ports")
                        .forEach(port -> declared.add(port.path("port").asInt(0)));
            }
        }
        for (Resource<?> resource : resources) {
            resource.as(ServiceEntry.class).ifPresent(entry -> {
                for (String host : entry.spec().hosts()) {
                    SortedSet<Integer> declared = hosts.add(host);
                    entry.spec().ports().forEach(port -> declared.add(port.number()));
                }
            });
        }
        return hosts;
    }

    private SortedSet<Integer> add(String host) {
        if (host.startsWith("*.")) {
            suffixes.add(host.substring(1));
        }
        return ports.computeIfAbsent(host, h -> new TreeSet<>());
    }

    /** The full name of a host that a resource of {@code namespace} writes: one without a dot is a Service beside it, as Istio has it. */
    public static String fullName(String host, String namespace) {
        return host.indexOf('.') >= 0 || host.equals("*") ? host : host + "." + namespace + DOMAIN;
    }

    /** Whether a full name is declared, or covered by a declared wildcard. */
    public boolean contains(String fullName) {
        return ports.containsKey(fullName) || suffixes.stream().anyMatch(fullName::endsWith);
    }

    /** The ports that are declared for exactly this full name, in order; empty if they are not known. */
    public SortedSet<Integer> ports(String fullName) {
        return ports.getOrDefault(fullName, new TreeSet<>());
    }

    /** All that is declared, in order. */
    public Set<String> names() {
        return ports.keySet();
    }
}
