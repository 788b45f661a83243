package dev.lateen.injector;

import dev.lateen.api.yaml.Documents;
import dev.lateen.injector.overlay.Templates;
import dev.lateen.injector.settings.HelmValues;
import dev.lateen.injector.settings.SidecarSettings;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an injector is told: the values of the installation, and the injector's own configuration where there is one. Immutable.
 *
 * @param settings what is the same for all pods
 * @param policy which pods are injected
 * @param templates what is injected
 */
public record InjectorConfig(SidecarSettings settings, InjectionPolicy policy, Templates templates) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String WEBHOOK = "sidecarInjectorWebhook";

    /**
     * From Helm values alone.
     *
     * @throws IllegalArgumentException if a value is wrong: which, what was found, what is accepted
     */
    public static InjectorConfig of(HelmValues values) {
        JsonNode own = values.tree().path(WEBHOOK);
        JsonNode policy = values.tree().path("global").path("proxy").path("autoInject");
        return new InjectorConfig(
                SidecarSettings.of(values),
                policy("values.global.proxy.autoInject", policy, own),
                Templates.BUILT_IN.with(own));
    }

    /**
     * From the injector's configuration: the ConfigMap {@code istio-sidecar-injector}, or its part {@code config}. What it has of values goes before those given.
     *
     * @param source names the text in errors
     * @throws IllegalArgumentException if it is no configuration, or something in it is wrong
     */
    public static InjectorConfig of(HelmValues values, String source, String text) {
        JsonNode root = Documents.first(source, text);
        JsonNode data = root.path("data");
        HelmValues all = values;
        JsonNode config = root;
        if (root.path("kind").asString("").equals("ConfigMap")) {
            all = values.with(source + ": data.values", data.path("values").asString(""));
            config = Documents.first(
                    source + ": data.config", data.path("config").asString(""));
        }
        ObjectNode injected = JsonNodeFactory.instance.objectNode();
        injected.putObject(WEBHOOK).set("injectedAnnotations", config.path("injectedAnnotations"));
        return new InjectorConfig(
                SidecarSettings.of(config.has("injectedAnnotations") ? all.with(injected) : all),
                policy(source + ": policy", config.path("policy"), config),
                Templates.BUILT_IN.with(all.tree().path(WEBHOOK)).with(config));
    }

    private static InjectionPolicy policy(String source, JsonNode policy, JsonNode selectors) {
        String text = policy.asString("enabled");
        if (!text.equals("enabled") && !text.equals("disabled")) {
            throw new IllegalArgumentException(source + ": " + text + " (expected: enabled or disabled)");
        }
        return new InjectionPolicy(
                text.equals("enabled"),
                selectors("neverInjectSelector", selectors.path("neverInjectSelector")),
                selectors("alwaysInjectSelector", selectors.path("alwaysInjectSelector")));
    }

    private static List<LabelSelector> selectors(String name, JsonNode list) {
        List<LabelSelector> selectors = new ArrayList<>();
        list.forEach(item -> selectors.add(selector(name, item)));
        return selectors;
    }

    private static LabelSelector selector(String name, JsonNode item) {
        try {
            return JSON.convertValue(item, LabelSelector.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(name + ": " + item + " (expected: a label selector)", e);
        }
    }
}
