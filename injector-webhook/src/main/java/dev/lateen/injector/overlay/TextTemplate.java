package dev.lateen.injector.overlay;

import dev.lateen.api.yaml.Documents;
import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.text.GoTemplate;
import dev.lateen.injector.text.TemplateException;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A template that a user wrote: YAML with Go's actions in it, which sees what Istio's templates see. */
public final class TextTemplate implements Template {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String name;
    private final GoTemplate template;

    private TextTemplate(String name, GoTemplate template) {
        this.name = name;
        this.template = template;
    }

    /**
     * Reads a template.
     *
     * @param name for messages
     * @throws IllegalArgumentException if it can't be understood: name, line, what was found
     */
    public static TextTemplate parse(String name, String text) {
        try {
            return new TextTemplate(name, GoTemplate.parse(text));
        } catch (TemplateException e) {
            throw new IllegalArgumentException("template " + name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public ObjectNode render(PodFacts facts) {
        String text;
        try {
            text = template.render(data(facts));
        } catch (TemplateException e) {
            throw new IllegalArgumentException("template " + name + ": " + e.getMessage(), e);
        }
        return (ObjectNode) Documents.first("template " + name + ", rendered", text);
    }

    private static Map<String, Object> data(PodFacts facts) {
        Map<String, Object> data = new HashMap<>();
        data.put(
                "TypeMeta",
                Map.of(
                        "apiVersion",
                        facts.owner().apiVersion(),
                        "kind",
                        facts.owner().kind()));
        data.put(
                "DeploymentMeta",
                Map.of("name", facts.owner().name(), "namespace", facts.owner().namespace()));
        data.put("ObjectMeta", object(facts.metadata()));
        data.put("Spec", object(facts.spec()));
        data.put("ProxyConfig", proxyConfig(facts));
        data.put("MeshConfig", meshConfig(facts));
        data.put("Values", object(facts.settings().values().tree()));
        data.put("Revision", facts.settings().revision());
        data.put("NativeSidecars", facts.nativeByDefault());
        data.put("ProxyImage", Images.composedProxy(facts));
        data.put("ProxyInitImage", Images.composedInit(facts));
        data.put("ProxyUID", facts.ids().user());
        data.put("ProxyGID", facts.ids().group());
        data.put("InboundTrafficPolicyMode", facts.mesh().localhostInbound() ? "localhost" : "passthrough");
        data.put("CompliancePolicy", facts.settings().node().compliancePolicy());
        return data;
    }

    private static Map<String, Object> proxyConfig(PodFacts facts) {
        Map<String, Object> config = new HashMap<>(facts.start().settings().given());
        config.put("interceptionMode", facts.start().interceptionMode());
        config.put("statusPort", facts.start().statusPort());
        return config;
    }

    private static Map<String, Object> meshConfig(PodFacts facts) {
        Map<String, Object> config = object(facts.mesh().tree());
        config.put("trustDomain", facts.mesh().trustDomain());
        config.put("proxyListenPort", facts.mesh().proxyListenPort());
        config.put("proxyInboundListenPort", facts.mesh().proxyInboundListenPort());
        return config;
    }

    @SuppressWarnings("unchecked") // A JSON object's names are texts.
    private static Map<String, Object> object(JsonNode node) {
        return new HashMap<>(JSON.convertValue(node, Map.class));
    }
}
