package dev.lateen.istiod.model;

import dev.lateen.api.mesh.ExtensionProvider;
import dev.lateen.api.mesh.MeshConfig;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** Names of telemetry providers that nobody declares, or whose kind is not there: in Telemetry resources and among the mesh config's defaults. */
final class ProvidersWithoutEffect {
    private static final String YET = "has no effect in this version";

    private final MeshConfig mesh;

    /** What a provider is wanted for. */
    @SuppressWarnings("ImmutableEnumChecker") // the predicates hold nothing
    enum Use {
        LOGS("envoy", "envoyFileAccessLog", p -> p.envoyFileAccessLog() != null, "nothing is logged for it"),
        METRICS(
                "prometheus",
                "prometheus",
                p -> p.prometheus() != null,
                "no metrics are made unless another one is named"),
        TRACES("", "zipkin", p -> p.zipkin() != null, "no spans are made for it");

        private final String builtIn;
        private final String kind;
        private final Predicate<ExtensionProvider> usable;
        private final String consequence;

        Use(String builtIn, String kind, Predicate<ExtensionProvider> usable, String consequence) {
            this.builtIn = builtIn;
            this.kind = kind;
            this.usable = usable;
            this.consequence = consequence;
        }
    }

    /** Takes one finding. */
    interface Telling {
        void tell(String path, String found, String accepted);
    }

    ProvidersWithoutEffect(MeshConfig mesh) {
        this.mesh = mesh;
    }

    /** The mesh config's {@code defaultProviders}. */
    void defaults(Telling telling) {
        MeshConfig.DefaultProviders defaults = mesh.telemetry().defaultProviders();
        if (defaults != null) {
            look(Use.TRACES, "defaultProviders.tracing", "", defaults.tracing(), telling);
            look(Use.METRICS, "defaultProviders.metrics", "", defaults.metrics(), telling);
            look(Use.LOGS, "defaultProviders.accessLogging", "", defaults.accessLogging(), telling);
        }
    }

    /** @param suffix what follows the index in a path */
    void look(Use use, String path, String suffix, List<String> names, Telling telling) {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            List<ExtensionProvider> found = mesh.extensionProviders().stream()
                    .filter(p -> p.name().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT)))
                    .toList();
            if (!name.equals(use.builtIn) && found.stream().noneMatch(use.usable)) {
                String what = found.isEmpty()
                        ? "unknown provider '" + name + "'"
                        : "provider '" + name + "' is of a kind that " + YET;
                telling.tell(
                        path + "[" + i + "]" + suffix,
                        what + ": " + use.consequence,
                        "a provider of the mesh config's extensionProviders, of kind " + use.kind);
            }
        }
    }
}
