package dev.lateen.it.decide;

import dev.lateen.istiod.model.ProxyNode;
import java.util.HashMap;
import java.util.Map;

/** The proxies that are looked at. */
final class Nodes {
    private Nodes() {}

    static ProxyNode sidecar() {
        return node(ProxyNode.Role.SIDECAR, "pod-1", "default", World.POD, Map.of("app", "pod"));
    }

    static ProxyNode gateway() {
        return node(ProxyNode.Role.ROUTER, "front-1", "istio-system", "127.3.0.2", Map.of("istio", "ingressgateway"));
    }

    private static ProxyNode node(
            ProxyNode.Role role, String name, String namespace, String address, Map<String, String> labels) {
        Map<String, Object> metadata = new HashMap<>();
        metadata.put("LABELS", labels);
        metadata.put("NAMESPACE", namespace);
        metadata.put("NAME", name);
        metadata.put("INSTANCE_IPS", address);
        String kind = role == ProxyNode.Role.SIDECAR ? "sidecar" : "router";
        String domain = namespace + ".svc.cluster.local";
        return new ProxyNode(
                kind + "~" + address + "~" + name + "." + namespace + "~" + domain,
                role,
                address,
                name,
                namespace,
                domain,
                name + "." + namespace,
                new ProxyNode.Locality("", "", ""),
                ProxyNode.Agent.of("lateen"),
                metadata);
    }
}
