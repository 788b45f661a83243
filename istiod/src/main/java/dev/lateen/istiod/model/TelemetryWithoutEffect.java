package dev.lateen.istiod.model;

import dev.lateen.api.mesh.ExtensionProvider;
import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.telemetry.Telemetry;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** What of a Telemetry has no effect: unknown providers, providers of a kind that is not there, settings that no proxy of ours follows. */
final class TelemetryWithoutEffect {
    private static final String YET = "has no effect in this version";
    private final Resource<Telemetry> telemetry;
    private final MeshConfig mesh;
    private final Telling telling;

    /** Takes one finding. */
    interface Telling {
        void tell(Resource<?> at, String path, String found, String accepted);
    }

    TelemetryWithoutEffect(Resource<Telemetry> telemetry, MeshConfig mesh, Telling telling) {
        this.telemetry = telemetry;
        this.mesh = mesh;
        this.telling = telling;
    }

    void look() {
        Telemetry spec = telemetry.spec();
        for (int i = 0; i < spec.accessLogging().size(); i++) {
            String path = "spec.accessLogging[" + i + "]";
            providers(
                    path,
                    spec.accessLogging().get(i).providers(),
                    "envoy",
                    p -> p.envoyFileAccessLog() != null,
                    "envoyFileAccessLog");
        }
        for (int i = 0; i < spec.metrics().size(); i++) {
            String path = "spec.metrics[" + i + "]";
            Telemetry.Metrics metrics = spec.metrics().get(i);
            providers(path, metrics.providers(), "prometheus", p -> p.prometheus() != null, "prometheus");
        }
        for (int i = 0; i < spec.tracing().size(); i++) {
            tracing("spec.tracing[" + i + "]", spec.tracing().get(i));
        }
    }

    private void tracing(String path, Telemetry.Tracing tracing) {
        providers(path, tracing.providers(), "", p -> p.zipkin() != null, "zipkin");
    }

    private void providers(
            String path,
            List<Telemetry.ProviderRef> named,
            String builtIn,
            Predicate<ExtensionProvider> usable,
            String kind) {
        for (int i = 0; i < named.size(); i++) {
            String name = named.get(i).name();
            List<ExtensionProvider> found = mesh.extensionProviders().stream()
                    .filter(p -> p.name().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT)))
                    .toList();
            boolean known = name.equals(builtIn) || !found.isEmpty();
            boolean good = name.equals(builtIn) || found.stream().anyMatch(usable);
            if (!good) {
                tell(
                        path + ".providers[" + i + "].name",
                        known ? "provider '" + name + "' is of a kind that " + YET : "unknown provider '" + name + "'",
                        "a provider of the mesh config's extensionProviders, of kind " + kind);
            }
        }
    }

    private void tell(String path, String found, String accepted) {
        telling.tell(telemetry, path, found, accepted);
    }
}
