package dev.lateen.istiod.model;

import dev.lateen.api.mesh.ExtensionProvider;
import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.mesh.ProxySettings;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.telemetry.Telemetry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The Telemetry resources of one workload, from the mesh's to its own; what is more specific wins where both say something.
 *
 * @param resources mesh, namespace, workload, where they exist
 * @param mesh for defaults and providers
 * @param start what the proxy's start-up settings say of tracing; null for nothing
 */
public record TelemetryRules(List<Telemetry> resources, MeshConfig mesh, ProxySettings.@Nullable Tracing start) {

    private static final String ENVOY = "envoy";
    private static final String PROMETHEUS = "prometheus";

    /**
     * An access log to write.
     *
     * @param filter which requests, a CEL expression; empty means all
     * @param ofMesh whether the mesh config's format and encoding hold where the provider says none
     */
    public record AccessLog(ExtensionProvider provider, String filter, boolean ofMesh) {}

    /** How spans are made: the share in percent, where they go (null: nowhere), the tags added, the most of a path in a tag (0: Envoy's). */
    public record Tracing(
            double samplingPercent,
            @Nullable ExtensionProvider provider,
            Map<String, Telemetry.CustomTag> tags,
            boolean istioTags,
            boolean disabled,
            boolean useRequestId,
            long maxPathTagLength) {}

    static TelemetryRules select(
            List<Resource<Telemetry>> all,
            MeshConfig mesh,
            ProxySettings.@Nullable Tracing start,
            String namespace,
            Map<String, String> labels) {
        Telemetry ofMesh = null;
        Telemetry ofNamespace = null;
        List<Telemetry> ofWorkload = new ArrayList<>();
        for (Resource<Telemetry> resource : all) {
            Telemetry spec = resource.spec();
            boolean selects =
                    spec.selector() != null && !spec.selector().matchLabels().isEmpty();
            boolean targets = spec.targetRef() != null || !spec.targetRefs().isEmpty();
            if (targets) {
                continue;
            }
            boolean own = resource.namespace().equals(namespace);
            if (resource.namespace().equals(mesh.rootNamespace()) && !selects) {
                ofMesh = ofMesh == null ? spec : ofMesh;
            } else if (own && !selects) {
                ofNamespace = ofNamespace == null ? spec : ofNamespace;
            } else if (own && Labels.satisfy(labels, spec.selector())) {
                ofWorkload.add(spec);
            }
        }
        List<Telemetry> found = new ArrayList<>();
        for (Telemetry spec : new Telemetry[] {ofMesh, ofNamespace}) {
            if (spec != null) {
                found.add(spec);
            }
        }
        found.addAll(ofWorkload);
        return new TelemetryRules(List.copyOf(found), mesh, start);
    }

    /** The access logs of one direction; those of the mesh config where no Telemetry says anything. */
    public List<AccessLog> accessLogs(boolean inbound) {
        List<String> defaults = mesh.telemetry().defaultProviders() == null
                ? List.of()
                : mesh.telemetry().defaultProviders().accessLogging();
        boolean said = resources.stream().anyMatch(t -> !t.accessLogging().isEmpty());
        if (!said && defaults.isEmpty()) {
            return mesh.telemetry().accessLogFile().isEmpty()
                    ? List.of()
                    : List.of(new AccessLog(file("", mesh.telemetry().accessLogFile()), "", true));
        }
        Map<String, String> filters = new TreeMap<>();
        if (said) {
            filters.putAll(new LoggingChoice(defaults.isEmpty() ? List.of(ENVOY) : defaults, inbound).of(resources));
        } else {
            defaults.forEach(p -> filters.put(p, ""));
        }
        List<AccessLog> logs = new ArrayList<>();
        filters.forEach((name, filter) -> provider(name)
                .filter(p -> p.envoyFileAccessLog() != null)
                .ifPresent(p -> logs.add(new AccessLog(p, filter, p.name().equals(ENVOY)))));
        return List.copyOf(logs);
    }

    private static ExtensionProvider file(String name, String path) {
        return new ExtensionProvider(
                name, null, null, null, null, null, new ExtensionProvider.FileAccessLog(path, null, false));
    }

    /** How the proxy traces. */
    public Tracing tracing(boolean inbound) {
        List<String> providers = mesh.telemetry().defaultProviders() == null
                ? List.of()
                : mesh.telemetry().defaultProviders().tracing();
        double sampling = start == null || start.sampling() == null ? 1 : start.sampling();
        boolean istioTags = start == null || !Boolean.FALSE.equals(start.enableIstioTags());
        boolean disabled = false;
        boolean useRequestId = true;
        Map<String, Telemetry.CustomTag> tags = new HashMap<>();
        for (Telemetry spec : resources) {
            for (Telemetry.Tracing tracing : spec.tracing()) {
                if (!applies(tracing.match(), inbound)) {
                    continue;
                }
                providers = tracing.providers().isEmpty() ? providers : names(tracing.providers());
                sampling = tracing.randomSamplingPercentage() == null ? sampling : tracing.randomSamplingPercentage();
                istioTags = tracing.enableIstioTags() == null ? istioTags : tracing.enableIstioTags();
                disabled = tracing.disableSpanReporting() == null ? disabled : tracing.disableSpanReporting();
                useRequestId = tracing.useRequestIdForTraceSampling() == null
                        ? useRequestId
                        : tracing.useRequestIdForTraceSampling();
                if (!tracing.customTags().isEmpty()) {
                    tags = new HashMap<>(tracing.customTags());
                }
            }
        }
        boolean said = !providers.isEmpty()
                || resources.stream().anyMatch(r -> !r.tracing().isEmpty());
        ExtensionProvider provider = providers.isEmpty()
                ? legacyZipkin(start)
                : provider(providers.getFirst()).orElse(null);
        boolean off = disabled || (said ? provider == null : !mesh.telemetry().enableTracing());
        if (tags.isEmpty() && start != null) {
            tags.putAll(start.customTags());
        }
        return new Tracing(
                sampling, provider, Map.copyOf(tags), istioTags, off, useRequestId, maxPathTagLength(provider, start));
    }

    private static long maxPathTagLength(@Nullable ExtensionProvider provider, ProxySettings.@Nullable Tracing start) {
        Long own = provider == null || provider.zipkin() == null
                ? null
                : provider.zipkin().maxTagLength();
        Long otherwise = start == null ? null : start.maxPathTagLength();
        return own != null ? own : otherwise != null ? otherwise : 0;
    }

    // The old way to name a collector, {@code host:port} in the proxies' start-up settings.
    private static @Nullable ExtensionProvider legacyZipkin(ProxySettings.@Nullable Tracing start) {
        String address =
                start == null || start.zipkin() == null ? "" : start.zipkin().address();
        int colon = address.lastIndexOf(':');
        String port = address.substring(colon + 1);
        boolean usable = colon > 0
                && !port.isEmpty()
                && port.length() <= 5
                && port.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!usable) {
            return null;
        }
        var zipkin = new ExtensionProvider.Zipkin(
                address.substring(0, colon),
                Integer.parseInt(port),
                null,
                false,
                "/api/v2/spans",
                ExtensionProvider.Zipkin.TraceContext.USE_B3);
        return new ExtensionProvider("zipkin", null, null, zipkin, null, null, null);
    }

    /** What becomes of Istio's metrics on one side. */
    public MetricChoice metrics(boolean inbound) {
        List<String> defaults = mesh.telemetry().defaultProviders() == null
                        || mesh.telemetry().defaultProviders().metrics().isEmpty()
                ? List.of(PROMETHEUS)
                : mesh.telemetry().defaultProviders().metrics();
        return MetricChoice.of(resources, defaults, this::isPrometheus, inbound);
    }

    private boolean isPrometheus(String name) {
        return name.equals(PROMETHEUS)
                || provider(name).filter(p -> p.prometheus() != null).isPresent();
    }

    static boolean applies(Telemetry.WorkloadMode mode, boolean inbound) {
        return switch (mode) {
            case CLIENT_AND_SERVER -> true;
            case CLIENT -> !inbound;
            case SERVER -> inbound;
        };
    }

    static boolean applies(Telemetry.@Nullable Selection match, boolean inbound) {
        return match == null || applies(match.mode(), inbound);
    }

    static List<String> names(List<Telemetry.ProviderRef> providers) {
        return providers.stream().map(Telemetry.ProviderRef::name).toList();
    }

    // Istio always has the providers "envoy" (a file log on stdout) and "prometheus".
    private Optional<ExtensionProvider> provider(String name) {
        Optional<ExtensionProvider> declared = mesh.extensionProviders().stream()
                .filter(p -> p.name().equalsIgnoreCase(name))
                .findFirst();
        return declared.isPresent() || !name.equals(ENVOY) ? declared : Optional.of(file(ENVOY, "/dev/stdout"));
    }
}
