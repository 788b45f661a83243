package dev.lateen.it;

import dev.lateen.install.cluster.ClusterInstall;
import dev.lateen.install.cluster.ClusterUninstall;
import dev.lateen.install.manifest.InstallManifest;
import dev.lateen.install.manifest.InstallValues;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** {@code meshctl} asked to do something in the cluster of the run; what it installed is taken out again. */
abstract class InstallFixture {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path directory;

    /** How a command ended. */
    record Ended(int exit, String output) {}

    static Ended meshctl(Path kubeconfig, String... arguments) throws Exception {
        List<Object> all = new ArrayList<>(List.of(arguments));
        all.add("--kubeconfig");
        all.add(kubeconfig);
        try (Running running = Running.meshctl(all.toArray())) {
            int exit = running.awaitExit(PATIENCE);
            return new Ended(exit, running.output());
        }
    }

    static Ended meshctl(String... arguments) throws Exception {
        return meshctl(KubeCluster.shared().kubeconfig(), arguments);
    }

    static KubernetesClient client() throws Exception {
        return KubeCluster.shared().client();
    }

    /** The control plane of another mesh, of which nothing runs. */
    static Deployment anotherMeshs(String name, String namespace) {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .addToLabels("app", "istiod")
                .endMetadata()
                .withNewSpec()
                .withReplicas(0)
                .withNewSelector()
                .addToMatchLabels("app", "istiod")
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", "istiod")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("discovery")
                .withImage("docker.io/istio/pilot:1.30.0")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    /** Installs a control plane of a revision without waiting for what runs pods. */
    static void installed(String revision) throws Exception {
        InstallManifest manifest =
                InstallManifest.of(InstallValues.of("minimal", List.of(), List.of("revision=" + revision)));
        new ClusterInstall(client(), _ -> {}, PATIENCE).run(manifest, false);
    }

    @AfterEach
    void takeItOutAgain() throws Exception {
        ClusterUninstall uninstall = new ClusterUninstall(client(), _ -> {}, PATIENCE);
        for (String revision : List.of("default", "canary")) {
            uninstall.remove(uninstall.ofRevision(revision));
        }
    }
}
