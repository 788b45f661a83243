package dev.lateen.istiod.model;

import dev.lateen.api.mesh.ExtensionProvider;
import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.telemetry.Telemetry;
import dev.lateen.api.telemetry.Telemetry.WorkloadMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The Telemetry resources of one workload, from the mesh's to its own; what is more specific wins where both say something.
 *
 * @param resources mesh, namespace, workload, where they exist
 * @param mesh for defaults and providers
 */
public record TelemetryRules(List<Telemetry> resources, MeshConfig mesh) {

    /** An access log to write: where, and which requests ({@code filter} is a CEL expression; empty means all). */
    public record AccessLog(ExtensionProvider provider, String filter) {}

    /** How spans are made: the share in percent, where they go (null: nowhere), the tags added. */
    public record Tracing(
            double samplingPercent,
            @Nullable ExtensionProvider provider,
            Map<String, Telemetry.CustomTag> tags,
            boolean istioTags,
            boolean disabled,
            boolean useRequestId) {}

    static TelemetryRules select(
            List<Resource<Telemetry>> all, MeshConfig mesh, String namespace, Map<String, String> labels) {
        Telemetry ofMesh = null;
        Telemetry ofNamespace = null;
        Telemetry ofWorkload = null;
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
                ofWorkload = ofWorkload == null ? spec : ofWorkload;
            }
        }
        List<Telemetry> found = new ArrayList<>();
        for (Telemetry spec : new Telemetry[] {ofMesh, ofNamespace, ofWorkload}) {
            if (spec != null) {
                found.add(spec);
            }
        }
        return new TelemetryRules(List.copyOf(found), mesh);
    }

    /** The access logs of one direction. */
    public List<AccessLog> accessLogs(boolean inbound) {
        List<String> providers = mesh.defaultProviders() == null
                ? List.of()
                : mesh.defaultProviders().accessLogging();
        boolean disabled = false;
        String filter = "";
        boolean said = false;
        for (Telemetry spec : resources) {
            for (Telemetry.AccessLogging logging : spec.accessLogging()) {
                if (!applies(logging.match(), inbound)) {
                    continue;
                }
                said = true;
                providers = logging.providers().isEmpty() ? providers : names(logging.providers());
                disabled = logging.disabled() == null ? false : logging.disabled();
                filter = logging.filter() == null ? filter : logging.filter().expression();
            }
        }
        if (disabled) {
            return List.of();
        }
        String expression = filter;
        List<AccessLog> logs = new ArrayList<>();
        for (String name : providers.isEmpty() && said ? List.of("envoy") : providers) {
            provider(name)
                    .filter(p -> p.envoyFileAccessLog() != null)
                    .ifPresent(p -> logs.add(new AccessLog(p, expression)));
        }
        if (logs.isEmpty() && !said && !mesh.accessLogFile().isEmpty()) {
            logs.add(new AccessLog(meshFile(), ""));
        }
        return List.copyOf(logs);
    }

    private ExtensionProvider meshFile() {
        String path = mesh.accessLogFile();
        return new ExtensionProvider(
                "", null, null, null, null, null, new ExtensionProvider.FileAccessLog(path, null, false));
    }

    /** How the proxy traces. */
    public Tracing tracing(boolean inbound) {
        List<String> providers = mesh.defaultProviders() == null
                ? List.of()
                : mesh.defaultProviders().tracing();
        Double ofMesh = mesh.defaultConfig().tracing() == null
                ? null
                : mesh.defaultConfig().tracing().sampling();
        double sampling = ofMesh == null ? 1 : ofMesh;
        boolean istioTags = true;
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
        ExtensionProvider provider =
                providers.isEmpty() ? null : provider(providers.getFirst()).orElse(null);
        return new Tracing(sampling, provider, Map.copyOf(tags), istioTags, disabled, useRequestId);
    }

    /** The overrides of standard metrics, in order. */
    public List<Telemetry.Metrics.MetricsOverride> metricOverrides() {
        return resources.stream()
                .flatMap(t -> t.metrics().stream())
                .flatMap(m -> m.overrides().stream())
                .toList();
    }

    private static boolean applies(Telemetry.@Nullable Selection match, boolean inbound) {
        if (match == null) {
            return true;
        }
        WorkloadMode mode = match.mode();
        return switch (mode) {
            case CLIENT_AND_SERVER -> true;
            case CLIENT -> !inbound;
            case SERVER -> inbound;
        };
    }

    private static List<String> names(List<Telemetry.ProviderRef> providers) {
        return providers.stream().map(Telemetry.ProviderRef::name).toList();
    }

    // Istio always has the providers "envoy" (a file log on stdout) and "prometheus".
    private Optional<ExtensionProvider> provider(String name) {
        Optional<ExtensionProvider> declared = mesh.extensionProviders().stream()
                .filter(p -> p.name().equals(name))
                .findFirst();
        if (declared.isPresent() || !name.equals("envoy")) {
            return declared;
        }
        String path = mesh.accessLogFile().isEmpty() ? "/dev/stdout" : mesh.accessLogFile();
        return Optional.of(new ExtensionProvider(
                "envoy", null, null, null, null, null, new ExtensionProvider.FileAccessLog(path, null, false)));
    }
}
