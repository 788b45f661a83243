package dev.lateen.it.language;

import dev.lateen.istiod.model.ProxyNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The proxies for which everything is translated: sidecars with and without interception, gateways bound to all or one address; ours and a stock Envoy each. */
final class Nodes {
    private static final Map<String, String> APP =
            Map.of("app", "reviews", "version", "v1", "service.istio.io/canonical-name", "reviews");
    private static final Map<String, String> EDGE = Map.of("istio", "ingressgateway");

    private Nodes() {}

    static List<ProxyNode> of(String userAgent) {
        List<ProxyNode> nodes = new ArrayList<>();
        nodes.add(sidecar(userAgent, Map.of()));
        nodes.add(sidecar(userAgent, Map.of("LATEEN_APP_ADDRESS", "127.0.5.1", "HTTP_PROXY_PORT", "15002")));
        nodes.add(gateway(userAgent, Map.of()));
        nodes.add(gateway(userAgent, Map.of("LATEEN_BIND_ADDRESS", "127.0.9.9")));
        return nodes;
    }

    private static ProxyNode sidecar(String userAgent, Map<String, Object> more) {
        return node(ProxyNode.Role.SIDECAR, "reviews-v1-1", "default", "10.1.0.1", userAgent, APP, more);
    }

    private static ProxyNode gateway(String userAgent, Map<String, Object> more) {
        return node(ProxyNode.Role.ROUTER, "edge-1", "istio-system", "10.1.9.9", userAgent, EDGE, more);
    }

    private static ProxyNode node(
            ProxyNode.Role role,
            String name,
            String namespace,
            String address,
            String userAgent,
            Map<String, String> labels,
            Map<String, Object> more) {
        Map<String, Object> metadata = new HashMap<>(more);
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
                new ProxyNode.Locality("r1", "z1", "s1"),
                ProxyNode.Agent.of(userAgent),
                metadata);
    }
}
