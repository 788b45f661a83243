package dev.lateen.istiod.model;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.telemetry.Telemetry;
import dev.lateen.istiod.model.ProvidersWithoutEffect.Use;
import java.util.List;

/** What of a Telemetry has no effect: unknown providers, providers of a kind that is not there, settings that no proxy of ours follows. */
final class TelemetryWithoutEffect {
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
            providers(path, Use.LOGS, spec.accessLogging().get(i).providers());
        }
        for (int i = 0; i < spec.metrics().size(); i++) {
            String path = "spec.metrics[" + i + "]";
            Telemetry.Metrics metrics = spec.metrics().get(i);
            providers(path, Use.METRICS, metrics.providers());
        }
        for (int i = 0; i < spec.tracing().size(); i++) {
            tracing("spec.tracing[" + i + "]", spec.tracing().get(i));
        }
    }

    private void tracing(String path, Telemetry.Tracing tracing) {
        providers(path, Use.TRACES, tracing.providers());
    }

    private void providers(String path, Use use, List<Telemetry.ProviderRef> named) {
        new ProvidersWithoutEffect(mesh)
                .look(use, path + ".providers", ".name", TelemetryRules.names(named), this::tell);
    }

    private void tell(String path, String found, String accepted) {
        telling.tell(telemetry, path, found, accepted);
    }
}
