package dev.lateen.install.run;

import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.api.yaml.StartSettings;
import dev.lateen.install.injection.SnapshotStart;
import dev.lateen.istiod.model.MeshSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is said of the start of a pod's proxy, by mesh config and ProxyConfigs as they are then and by the pod. Safe from any thread. */
final class StartLayers {
    private final @Nullable Path meshConfig;
    private final Supplier<@Nullable MeshSnapshot> snapshot;
    private StartSettings last = StartSettings.NONE;

    /**
     * @param meshConfig the file; null without one
     * @param snapshot the configuration in force; null before the first
     */
    StartLayers(@Nullable Path meshConfig, Supplier<@Nullable MeshSnapshot> snapshot) {
        this.meshConfig = meshConfig;
        this.snapshot = snapshot;
    }

    StartSettings of(StartSettings.Pod pod) {
        return SnapshotStart.of(ofMeshConfig(), snapshot.get(), pod);
    }

    /** As long as the file is not good, what it said before. */
    private synchronized StartSettings ofMeshConfig() {
        Path file = meshConfig;
        if (file != null && Files.isRegularFile(file)) {
            try {
                String text = Files.readString(file);
                boolean good = new ResourceReader()
                        .readMeshConfig(file.toString(), text)
                        .settings()
                        .isPresent();
                last = good ? StartSettings.ofMeshConfig(text) : last;
            } catch (IOException e) {
                // Istiod reads the same file, and tells.
                return last;
            }
        }
        return last;
    }
}
