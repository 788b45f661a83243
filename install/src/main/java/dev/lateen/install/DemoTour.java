package dev.lateen.install;

import dev.lateen.install.run.RunBootstrap.Listen;
import java.nio.file.Path;
import java.util.List;

/** What to try in the demo. */
final class DemoTour {
    private final Path directory;
    private final int gatewayPort;
    private final String podNetwork;
    private final Listen monitoring;

    DemoTour(Path directory, int gatewayPort, String podNetwork, Listen monitoring) {
        this.directory = directory;
        this.gatewayPort = gatewayPort;
        this.podNetwork = podNetwork;
        this.monitoring = monitoring;
    }

    List<String> lines() {
        String gateway = "http://127.0.0.1:" + gatewayPort;
        return """

            A tour, in a second terminal:

            1. Through the ingress gateway into the mesh; open it in a browser too:
                 curl -s %1$s/productpage | grep -o "<title>.*</title>"
            2. About half of the answers come from reviews v1 (no stars), the others from v3 (red stars):
                 for i in 1 2 3 4 5 6; do curl -s %1$s/api/v1/products/0/reviews | grep -o '"podname":"[^"]*"'; done
            3. Change the weights in %2$s/reviews.yaml, such as 50 and 50 to 0 and 100, and ask again:
               the change is in force within a second and no request fails.
            4. Sign in as jason on the page (any password): you get v2 with black stars, by a header match in the same file.
            5. Between the pods all is mutual TLS, and nothing else is let in (%2$s/security.yaml):
                 curl http://%3$s.0.3:9080/health      # refused; remove the file and it answers
            6. Call as a pod does, through its sidecar (here as productpage):
                 curl -s -x http://%3$s.0.3:15001 http://reviews:9080/reviews/0
            7. What a sidecar knows and counts:
                 curl -s http://%3$s.0.3:15000/clusters
                 curl -s http://%3$s.0.3:15090/stats/prometheus | grep istio_requests_total
                 curl -s http://%4$s/debug/syncz

            Edits are shown below as they take effect. Ctrl-C drains and ends the mesh.
            """.formatted(gateway, directory, podNetwork, monitoring).lines().toList();
    }
}
