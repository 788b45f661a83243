package dev.lateen.injector.settings;

import dev.lateen.api.yaml.Documents;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What injection needs of the mesh config apart from its {@code defaultConfig}. Immutable; pure.
 *
 * @param proxyListenPort where outbound traffic goes
 * @param proxyInboundListenPort where inbound traffic goes
 * @param trustDomain empty if the mesh config gives none
 * @param localhostInbound whether inbound traffic goes to the loopback address ({@code inboundTrafficPolicy.mode: LOCALHOST})
 * @param prometheusMerge whether the application's metrics are merged with the proxy's
 * @param otelSemanticConventions whether a tracing provider wants the resource attributes of OpenTelemetry's conventions
 * @param tree all of it, for custom templates
 */
public record InjectedMesh(
        int proxyListenPort,
        int proxyInboundListenPort,
        String trustDomain,
        boolean localhostInbound,
        boolean prometheusMerge,
        boolean otelSemanticConventions,
        JsonNode tree) {
    /** Istio's defaults. */
    public static final InjectedMesh DEFAULT = ofTree(JsonNodeFactory.instance.objectNode());

    /**
     * What a text of mesh config says, bare or in Istio's ConfigMap; its fields are not checked here.
     *
     * @throws IllegalArgumentException if it is no YAML
     */
    public static InjectedMesh of(String text) {
        JsonNode root = Documents.first("mesh config", text);
        JsonNode inner = root.path("data").path("mesh");
        boolean configMap = root.path("kind").asString("").equals("ConfigMap") && inner.isString();
        return ofTree(configMap ? Documents.first("mesh config", inner.stringValue()) : root);
    }

    private static InjectedMesh ofTree(JsonNode mesh) {
        return new InjectedMesh(
                mesh.path("proxyListenPort").asInt(15001),
                mesh.path("proxyInboundListenPort").asInt(15006),
                mesh.path("trustDomain").asString("cluster.local"),
                mesh.path("inboundTrafficPolicy").path("mode").asString("").equals("LOCALHOST"),
                mesh.path("enablePrometheusMerge").asBoolean(true),
                wantsServiceAttributes(mesh),
                mesh);
    }

    /** Whether a tracing provider of a mesh config wants the resource attributes of OpenTelemetry's conventions. */
    public static boolean wantsServiceAttributes(JsonNode mesh) {
        for (JsonNode provider : mesh.path("extensionProviders")) {
            if (provider.path("opentelemetry")
                    .path("serviceAttributeEnrichment")
                    .asString("")
                    .equals("OTEL_SEMANTIC_CONVENTIONS")) {
                return true;
            }
        }
        return false;
    }
}
