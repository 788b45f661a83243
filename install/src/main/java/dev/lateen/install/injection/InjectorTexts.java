package dev.lateen.install.injection;

import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.api.yaml.StartSettings;
import dev.lateen.injector.InjectorConfig;
import dev.lateen.injector.settings.HelmValues;
import dev.lateen.injector.settings.InjectedMesh;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the texts of ConfigMaps say to an injector, read anew when they change. What makes no sense is told once, and what was last good stays. Safe from any thread. */
final class InjectorTexts {
    private static final Logger LOG = LoggerFactory.getLogger(InjectorTexts.class);

    private final Last<InjectorConfig> configs =
            new Last<>("istio-sidecar-injector", InjectorConfig.of(HelmValues.defaults()));
    private final Last<InjectedMesh> meshes = new Last<>("mesh config", InjectedMesh.DEFAULT);
    private final Last<StartSettings> starts = new Last<>("mesh config", StartSettings.NONE);

    /**
     * From the ConfigMap {@code istio-sidecar-injector}.
     *
     * @param values Helm values as JSON or YAML; empty if there are none
     * @param config the injector's configuration; empty if there is none
     */
    InjectorConfig config(String values, String config) {
        return configs.of(values + "\0" + config, () -> {
            HelmValues given = values.isBlank()
                    ? HelmValues.defaults()
                    : HelmValues.defaults().with("istio-sidecar-injector: data.values", values);
            return config.isBlank()
                    ? InjectorConfig.of(given)
                    : InjectorConfig.of(given, "istio-sidecar-injector: data.config", config);
        });
    }

    InjectedMesh mesh(String text) {
        return meshes.of(text, () -> text.isBlank() ? InjectedMesh.DEFAULT : InjectedMesh.of(text));
    }

    StartSettings start(String text) {
        return starts.of(text, () -> {
            boolean good = new ResourceReader()
                    .readMeshConfig("mesh config", text)
                    .settings()
                    .isPresent();
            if (!good) {
                throw new IllegalArgumentException("istiod tells what is wrong with it");
            }
            return StartSettings.ofMeshConfig(text);
        });
    }

    /** What the last text said that made sense. */
    private static final class Last<T> {
        private final String name;
        private String text = "";
        private T value;

        Last(String name, T first) {
            this.name = name;
            this.value = first;
        }

        synchronized T of(String now, Supplier<T> read) {
            if (!now.equals(text)) {
                text = now;
                try {
                    value = read.get();
                } catch (IllegalArgumentException e) {
                    LOG.warn("{}: {}; pods are injected as before", name, e.getMessage());
                }
            }
            return value;
        }
    }
}
