package dev.lateen.install.run;

import dev.lateen.api.mesh.ProxySettings;
import dev.lateen.api.schema.GoDuration;
import dev.lateen.api.xds.NodeMetadata;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.SettingsReading;
import dev.lateen.api.yaml.StartSettings;
import dev.lateen.proxy.identity.IdentitySettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * With which settings a proxy starts: what Istio's agent does with them and this process can, for the pods of {@code run} and for a proxy in a pod of its own alike. Pure.
 *
 * @param given the fields that somebody gave: the node metadata {@code PROXY_CONFIG}
 * @param settings all of them, with Istio's defaults
 */
public record ProxyStart(Map<String, Object> given, ProxySettings settings) {
    static final String ANNOTATION = StartSettings.ANNOTATION;

    private static final String METADATA = "proxyMetadata";
    /** Variables of this prefix are metadata of the node without it. */
    private static final String NODE_METADATA = "ISTIO_META_";

    /** Settings that have a meaning on a cluster and none for a mesh on one machine, and why. */
    private static final Map<String, String> WITHOUT_EFFECT_IN_RUN = new TreeMap<>(Map.of(
            "concurrency", "all proxies share the event loops of one process",
            "discoveryAddress", "istiod is in the same process",
            "proxyAdminPort", "the admin port is 15000 of the pod's address",
            "statusPort", "there is no agent beside the proxy",
            "holdApplicationUntilProxyStarts", "applications start first; requests wait for both",
            "interceptionMode", "nothing is intercepted"));

    private static final Map<String, String> WITHOUT_EFFECT_ALONE = new TreeMap<>(Map.of(
            "discoveryAddress", "the bootstrap says where istiod is",
            "proxyAdminPort", "the bootstrap says where the admin port is",
            "statusPort", "there is no agent beside the proxy"));

    /** Where a proxy starts. */
    public enum Place {
        /** As one of many in the process of {@code run}. */
        RUN,
        /** Alone, with a bootstrap file of its own. */
        ALONE
    }

    /**
     * The start of a proxy.
     *
     * @param source where the settings are from; begins each error
     * @throws IllegalArgumentException if something in them is wrong: each field, what was found and what is accepted
     */
    public static ProxyStart of(String source, StartSettings given) {
        SettingsReading<ProxySettings> reading = given.read(source);
        ProxySettings settings = reading.settings()
                .orElseThrow(() -> new IllegalArgumentException(String.join(
                        "\n",
                        reading.problems().stream()
                                .filter(Problem::isError)
                                .map(problem -> told(source, problem))
                                .toList())));
        return new ProxyStart(given.given(), settings);
    }

    /** What else is said of settings that can be read, such as fields without effect anywhere. */
    public static List<String> warnings(String source, StartSettings settings) {
        return settings.read(source).problems().stream()
                .filter(problem -> !problem.isError())
                .map(problem -> told(source, problem))
                .toList();
    }

    private static String told(String source, Problem problem) {
        String field = problem.path().isEmpty() ? source : source + "." + problem.path();
        return field + ": " + problem.found()
                + (problem.accepted().isEmpty() ? "" : " (expected: " + problem.accepted() + ")");
    }

    /** How long a certificate is asked for: Istio's agent reads it from {@code SECRET_TTL}. */
    public Duration certificateLife() {
        return Optional.ofNullable(settings.proxyMetadata().get("SECRET_TTL"))
                .flatMap(GoDuration::parse)
                .filter(Duration::isPositive)
                .orElse(IdentitySettings.TIME_TO_LIVE);
    }

    /** The node's metadata with what the settings add to it. */
    public Map<String, Object> metadata(Map<String, Object> own) {
        Map<String, Object> metadata = new LinkedHashMap<>(own);
        metadata.put(NodeMetadata.PROXY_CONFIG, given);
        if (!settings.meshId().isEmpty()) {
            metadata.put(NodeMetadata.MESH_ID, settings.meshId());
        }
        settings.proxyMetadata().forEach((name, value) -> {
            if (name.startsWith(NODE_METADATA) && name.length() > NODE_METADATA.length()) {
                metadata.put(name.substring(NODE_METADATA.length()), value);
            }
        });
        return metadata;
    }

    /** The node's cluster: Istio's word for "by the pod" is its default. */
    public String cluster(String own) {
        return settings.reporting().serviceCluster().equals("istio-proxy")
                ? own
                : settings.reporting().serviceCluster();
    }

    /** Which of some settings have no effect at a place, each with the reason. */
    public static List<String> withoutEffect(Place place, StartSettings settings) {
        List<String> named = new ArrayList<>();
        Map<String, String> here = switch (place) {
            case RUN -> WITHOUT_EFFECT_IN_RUN;
            case ALONE -> WITHOUT_EFFECT_ALONE;
        };
        here.forEach((field, why) -> {
            if (settings.given().containsKey(field)) {
                named.add(field + " has no effect here: " + why);
            }
        });
        if (settings.given().get(METADATA) instanceof Map<?, ?> variables) {
            variables.keySet().stream()
                    .map(String::valueOf)
                    .filter(name -> !name.startsWith(NODE_METADATA)
                            && !name.equals("SECRET_TTL")
                            && !name.equals(ProxyRole.PLATFORM_METRICS))
                    .sorted()
                    .forEach(name -> named.add(
                            METADATA + "." + name + " has no effect here: there is no agent that would read it"));
        }
        return named;
    }
}
