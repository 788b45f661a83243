package dev.lateen.injector.text;

import dev.lateen.api.yaml.StartSettings;
import dev.lateen.injector.pod.ExcludedPorts;
import dev.lateen.injector.pod.MultusNetworks;
import dev.lateen.injector.pod.ProxySettingsView;
import dev.lateen.injector.pod.ServiceAttributes;
import dev.lateen.injector.settings.InjectedMesh;
import dev.lateen.injector.text.TemplateFunctions.Function;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** TemplateFunctions that know pods and proxies. */
final class PodFunctions {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private PodFunctions() {}

    static void addTo(Map<String, Function> all) {
        all.put("annotation", PodFunctions::annotation);
        all.put("protoToJSON", given -> new ProxySettingsView(new StartSettings(known(given.object(0)))).json());
        all.put("excludeInboundPort", given -> ExcludedPorts.with(given.text(1), given.text(0)));
        all.put("appendMultusNetwork", PodFunctions::withNetwork);
        all.put("otelResourceAttributes", PodFunctions::serviceAttributes);
    }

    /** {@code annotation METADATA NAME DEFAULT}. */
    private static String annotation(Arguments given) {
        Object annotations = Values.field(given.at(0), "annotations");
        Object value = annotations instanceof Map<?, ?> map ? map.get(given.text(1)) : null;
        return value == null ? given.text(2) : Values.text(value);
    }

    private static String withNetwork(Arguments given) {
        String network = given.text(1);
        int slash = network.indexOf('/');
        return MultusNetworks.with(
                given.text(0), slash < 0 ? "" : network.substring(0, slash), network.substring(slash + 1));
    }

    private static String serviceAttributes(Arguments given) {
        return InjectedMesh.wantsServiceAttributes(JSON.valueToTree(given.object(0)))
                ? new ServiceAttributes(
                                texts(given.object(1)),
                                texts(given.object(2)),
                                given.text(3),
                                JSON.valueToTree(given.list(4)))
                        .text()
                : "";
    }

    private static Map<String, String> texts(Map<String, @Nullable Object> object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.forEach((name, value) -> texts.put(name, Values.text(value)));
        return texts;
    }

    private static Map<String, Object> known(Map<String, @Nullable Object> object) {
        Map<String, Object> known = new LinkedHashMap<>();
        object.forEach((name, value) -> {
            if (value != null) {
                known.put(name, value);
            }
        });
        return known;
    }
}
