package dev.lateen.install.cluster;

import dev.lateen.install.manifest.InstallManifest;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code meshctl demo --kubernetes}: the demo in a cluster, with a mesh if there is none yet. */
public final class ClusterDemoOptions {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Option(
            names = "--kubernetes",
            description = "Bring the demo up in a Kubernetes cluster; installs the profile demo if it has no mesh of"
                    + " Lateen's. The options of install say which cluster and which values.")
    private boolean wanted;

    @Mixin
    private InstallOptions installation = new InstallOptions();

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NS",
            defaultValue = "bookinfo",
            description = "The namespace for Bookinfo in the cluster (default: ${DEFAULT-VALUE}).")
    private String namespace = "";

    @Option(
            names = "--sample-hub",
            paramLabel = "HUB",
            defaultValue = "",
            description = "Where the cluster pulls Bookinfo's images from, such as stand-ins that image build pushed"
                    + " (default: as Istio's sample says).")
    private String sampleHub = "";

    /** Whether the demo is to be in a cluster. */
    public boolean wanted() {
        return wanted;
    }

    /**
     * Brings it up.
     *
     * @param manifests Bookinfo and its rules, as YAML
     * @return the exit code
     */
    public int run(List<String> manifests, PrintWriter out, PrintWriter err) throws InterruptedException {
        try (KubernetesClient client = installation.connect()) {
            ClusterDemo demo = new ClusterDemo(client, out::println, PATIENCE);
            String revision = demo.revision().orElse("");
            if (revision.isEmpty()) {
                out.println("installing: the cluster has no mesh of Lateen's");
                InstallManifest manifest = installation.manifest("demo");
                installation.run(client, manifest, out, err, (_, _) -> List.of());
                revision = manifest.revision();
            } else {
                out.println("using the mesh that is there: revision " + revision);
            }
            if (installation.isDryRun()) {
                return 0;
            }
            demo.deploy(namespace, revision, manifests, image -> at(sampleHub, image));
            tour(demo.door()).lines().forEach(out::println);
        }
        return 0;
    }

    /** An image's name in another place. */
    static String at(String hub, String image) {
        return hub.isEmpty() ? image : hub + image.substring(image.lastIndexOf('/'));
    }

    private String tour(ClusterDemo.Door door) {
        String start = door.command().isEmpty()
                ? ""
                : "   (the gateway has no address of its own; first: " + door.command() + " &)\n";
        return """

            Bookinfo's page: %1$s/productpage
            %2$s
            A tour:

            1. About half of the answers come from reviews v1 (no stars), the others from v3 (red stars):
                 for i in 1 2 3 4 5 6; do curl -s %1$s/api/v1/products/0/reviews | grep -o '"podname":"[^"]*"'; done
            2. Change the weights; the change is in force within a second and no request fails:
                 kubectl edit virtualservice reviews -n %3$s
            3. Sign in as jason on the page (any password): you get v2 with black stars, by a header match in the same object.
            4. Between the pods all is mutual TLS, and nothing else is let in:
                 kubectl get peerauthentication default -n %3$s -o yaml
            5. Restart what you like while you reload the page:
                 kubectl rollout restart deployment -n %3$s
            6. What the mesh makes of its objects:
                 kubectl get virtualservice,destinationrule,gateway,peerauthentication -n %3$s

            To remove it:
                 kubectl delete namespace %3$s
                 meshctl uninstall --purge -y
            """.formatted(door.url(), start, namespace);
    }
}
