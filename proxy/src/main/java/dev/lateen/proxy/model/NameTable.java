package dev.lateen.proxy.model;

import java.util.List;
import java.util.Map;

/**
 * Which addresses hosts have, as a control plane tells it (Istio's NDS). Immutable.
 *
 * @param hosts by host, which may begin with {@code *.}
 */
public record NameTable(Map<String, Host> hosts) {
    public NameTable {
        hosts = Map.copyOf(hosts);
    }

    /**
     * A host.
     *
     * @param addresses of both families, as text; what is no address counts for nothing
     * @param registry {@code Kubernetes} for a service of a cluster, of which there are short names
     * @param shortName of such a service; empty for none
     * @param namespace of such a service
     * @param others further names of such a service, as they are
     */
    public record Host(
            List<String> addresses, String registry, String shortName, String namespace, List<String> others) {
        public Host {
            addresses = List.copyOf(addresses);
            others = List.copyOf(others);
        }
    }
}
