package dev.lateen.istiod.translate.names;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.lateen.api.names.NameTable;
import dev.lateen.api.schema.IpText;
import dev.lateen.api.xds.NodeMetadata;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServiceEndpoint;
import dev.lateen.istiod.registry.ServicePort;
import dev.lateen.istiod.registry.Topology;
import dev.lateen.istiod.registry.WorkloadInstance;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.istiod.translate.view.ProxyView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What Istio's name table says of a service: full names alone, the proxy makes the short ones. An entry is that part of the table's bytes, so that a table of many is put
 * together of entries that are made already. As {@code istio:pkg/dns/server/name_table.go} does.
 */
public record NameEntries(ProxyView view, Client client) {
    private static final String KUBERNETES = "Kubernetes";
    private static final String EXTERNAL = "External";
    /** The names of several clusters have no short forms: those are the own cluster's. */
    private static final String CLUSTER_SET = ".clusterset.local";

    /**
     * What of a proxy shows in its table beside what it may see.
     *
     * @param clusterId its cluster; empty if it didn't say
     * @param network its network; empty if it has none
     * @param ipv4 whether it has an address of IPv4
     * @param ipv6 whether it has one of IPv6
     */
    public record Client(String clusterId, String network, boolean ipv4, boolean ipv6) {
        /** Of a proxy. */
        public static Client of(ProxyNode node) {
            String network = node.text(NodeMetadata.NETWORK);
            return new Client(
                    or(node.text(NodeMetadata.CLUSTER_ID), ""),
                    or(network, node.labels().getOrDefault(Topology.NETWORK, "")),
                    node.addresses().stream().anyMatch(IpText::isVersion4),
                    node.addresses().stream().anyMatch(IpText::isVersion6));
        }

        private static String or(@Nullable String text, String otherwise) {
            return text == null || text.isEmpty() ? otherwise : text;
        }

        private boolean reaches(String address) {
            return IpText.isVersion4(address) ? ipv4 : ipv6;
        }

        private boolean isInNetwork(WorkloadInstance workload) {
            return network.isEmpty()
                    || workload.place().network().isEmpty()
                    || network.equals(workload.place().network());
        }

        private boolean isInCluster(WorkloadInstance workload) {
            return clusterId.isEmpty() || clusterId.equals(workload.place().clusterId());
        }
    }

    /** The entries of one service: one if it has addresses, and of a headless one another for each pod that has a name. */
    public List<XdsResource> of(Service service) {
        if (service.headless()) {
            return headless(service);
        }
        List<String> addresses =
                view.addresses(service).stream().filter(IpText::isAddress).toList();
        // The addresses of a ServiceEntry mean something to the proxy alone, whatever the pod's families.
        List<String> answers = service.kubernetes()
                ? addresses.stream().filter(client::reaches).toList()
                : addresses;
        return answers.isEmpty() ? List.of() : List.of(entry(service, service.hostname(), service.name(), answers));
    }

    private List<XdsResource> headless(Service service) {
        TreeSet<String> all = new TreeSet<>();
        Map<String, TreeSet<String>> near = new TreeMap<>();
        Map<String, TreeSet<String>> far = new TreeMap<>();
        for (ServicePort port : service.ports()) {
            for (ServiceEndpoint endpoint : view.snapshot().registry().endpoints(service, port)) {
                WorkloadInstance workload = endpoint.workload();
                boolean counts = IpText.isAddress(workload.address())
                        && (workload.ready() || service.servesNotReady())
                        && client.isInNetwork(workload);
                if (!counts) {
                    continue;
                }
                boolean isNear = client.isInCluster(workload);
                if (!workload.dnsName().isEmpty()) {
                    (isNear ? near : far)
                            .computeIfAbsent(workload.dnsName(), _ -> new TreeSet<>())
                            .add(workload.address());
                }
                if (isNear) {
                    all.add(workload.address());
                }
            }
        }
        far.forEach(near::putIfAbsent);
        List<XdsResource> entries = new ArrayList<>();
        if (!all.isEmpty()) {
            entries.add(entry(service, service.hostname(), service.name(), all));
        }
        String domain = service.hostname().substring(service.hostname().indexOf('.') + 1);
        near.forEach((pod, addresses) -> entries.add(entry(service, pod + "." + domain, pod, addresses)));
        return entries;
    }

    private static XdsResource entry(Service service, String host, String shortName, Iterable<String> addresses) {
        NameTable.NameInfo.Builder entry =
                NameTable.NameInfo.newBuilder().addAllIps(addresses).setRegistry(EXTERNAL);
        if (service.kubernetes()) {
            entry.setRegistry(KUBERNETES);
            if (!host.endsWith(CLUSTER_SET)) {
                entry.setShortname(shortName).setNamespace(service.namespace());
            }
        }
        ByteString bytes = Protos.bytes(
                NameTable.newBuilder().putTable(host, entry.build()).build());
        return new XdsResource(
                host,
                Protos.version(bytes),
                Any.newBuilder().setTypeUrl(TypeUrls.NAME_TABLE).setValue(bytes).build());
    }

    /** A table of entries. It has no name, as Istio's, for there is one. */
    public static XdsResource table(List<XdsResource> entries) {
        ByteString bytes = ByteString.copyFrom(
                entries.stream().map(entry -> entry.body().getValue()).toList());
        return new XdsResource(
                "",
                Protos.version(bytes),
                Any.newBuilder().setTypeUrl(TypeUrls.NAME_TABLE).setValue(bytes).build());
    }
}
