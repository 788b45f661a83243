package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.istiod.model.ProxyNode;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What connections that are no HTTP meet where a user thought of HTTP: on unnamed ports, and in policies with HTTP's fields. */
class UnseenByTcpTest {
    private static final String SERVICES = """
        apiVersion: v1
        kind: Service
        metadata: {name: db, namespace: default}
        spec: {clusterIP: 10.0.0.7, selector: {app: db}, ports: [{name: tcp-db, port: 5432}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: any, namespace: default}
        spec: {clusterIP: 10.0.0.8, selector: {app: db}, ports: [{port: 7000}]}
        ---
        """;
    private static final ProxyNode CLIENT = Mesh.envoy("client-1", "127.1.0.1", Map.of("app", "client"));
    private static final ProxyNode SERVER = Mesh.envoy("db-1", "127.1.0.2", Map.of("app", "db"));

    private static String allow(String rule) {
        return """
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: p, namespace: default}
            spec: {selector: {matchLabels: {app: db}}, action: ALLOW, rules: [%s]}
            """.formatted(rule);
    }

    /** The policies of ALLOW that a raw connection to the database meets. */
    private static Map<String, Policy> onTcp(String rule) {
        Listener inbound = Mesh.of(SERVICES + allow(rule)).listener(SERVER, "virtualInbound");
        List<RBAC> filters = inbound.getFilterChainsList().stream()
                .filter(chain ->
                        chain.getFilterChainMatch().getDestinationPort().getValue() == 5432)
                .flatMap(chain -> chain.getFiltersList().stream())
                .filter(filter -> filter.getTypedConfig().is(RBAC.class))
                .map(filter -> Mesh.unpack(filter.getTypedConfig(), RBAC.class))
                .distinct()
                .toList();
        assertThat(filters).hasSize(1);
        return filters.getFirst().getRules().getPoliciesMap();
    }

    @Test
    void anOperationWithHttpFieldsAllowsNothingOnTcpButItsNeighboursDo() {
        Map<String, Policy> policies =
                onTcp("{to: [{operation: {paths: [/x], ports: [\"5432\"]}}, {operation: {ports: [\"5432\"]}}]}");
        assertThat(policies).hasSize(1);
        assertThat(policies.values().iterator().next().getPermissionsList())
                .singleElement()
                .asString()
                .contains("destination_port: 5432")
                .doesNotContain("path");
    }

    @Test
    void aSourceWithATokenAllowsNobodyOnTcpButItsNeighboursDo() {
        Map<String, Policy> policies = onTcp("""
            {from: [{source: {requestPrincipals: ["*"], namespaces: [a]}}, {source: {namespaces: [b]}}]}\
            """);
        assertThat(policies.values().iterator().next().getPrincipalsList())
                .singleElement()
                .asString()
                .contains("/ns/b/")
                .doesNotContain("/ns/a/");
    }

    @Test
    void aRuleWithNothingLeftAllowsNothing() {
        assertThat(onTcp("{to: [{operation: {methods: [GET]}}]}")).isEmpty();
        assertThat(onTcp("{from: [{source: {requestPrincipals: [\"*\"]}}]}")).isEmpty();
        assertThat(onTcp(
                        "{to: [{operation: {ports: [\"5432\"]}}], when: [{key: \"request.headers[x]\", values: [z]}]}"))
                .isEmpty();
    }

    /** A chain that names a transport protocol hides one that names none: only the default chain takes what isn't HTTP. */
    @Test
    void bytesThatAreNoHttpReachTheServiceOfAnUnnamedPort() {
        Listener listener = Mesh.of(SERVICES).listener(CLIENT, "10.0.0.8_7000");
        assertThat(listener.getFilterChainsList())
                .extracting(FilterChain::getFilterChainMatch)
                .allMatch(match -> match.getTransportProtocol().equals("raw_buffer"));
        assertThat(listener.getDefaultFilterChain().getFiltersList())
                .extracting(Filter::getName)
                .contains("envoy.filters.network.tcp_proxy");
        assertThat(listener.getDefaultFilterChain().toString())
                .contains("outbound|7000||any.default.svc.cluster.local");
    }
}
