package dev.lateen.injector.overlay;

import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.tree.ContainerTrees;
import io.fabric8.kubernetes.api.model.ContainerBuilder;

/** A gRPC application without any agent: an init container writes its bootstrap file, in clear text, for trying things out. */
final class GrpcBootstrap implements Overlay {
    private static final String VOLUME = "grpc-io-proxyless-bootstrap";
    private static final String PATH = "/var/lib/grpc/data/";

    /** The shell puts the variables in; the rest is gRPC's bootstrap format. */
    private static final String SCRIPT = """
        NODE_ID="sidecar~${INSTANCE_IP}~${POD_NAME}.${POD_NAMESPACE}~cluster.local"
        SERVER_URI="dns:///istiod.${ISTIO_NAMESPACE}.svc:15010"
        echo '
        {
          "xds_servers": [
            {
              "server_uri": "'${SERVER_URI}'",
              "channel_creds": [{"type": "insecure"}],
              "server_features" : ["xds_v3"]
            }
          ],
          "node": {
            "id": "'${NODE_ID}'",
            "metadata": {
              "GENERATOR": "grpc"
            }
          }
        }' > /var/lib/grpc/data/bootstrap.json\
        """;

    @Override
    public void add(Fragment fragment, PodFacts facts) {
        fragment.annotations().put("sidecar.istio.io/rewriteAppHTTPProbers", "false");
        fragment.addInit(new ContainerBuilder()
                .withName("grpc-bootstrap-init")
                .withImage("busybox:1.28")
                .withVolumeMounts(ProxyVolumes.mount(VOLUME, PATH))
                .withEnv(new Variables()
                        .field("INSTANCE_IP", "status.podIP")
                        .field("POD_NAME", "metadata.name")
                        .field("POD_NAMESPACE", "metadata.namespace")
                        .value("ISTIO_NAMESPACE", namespace(facts))
                        .list())
                .withCommand("sh", "-c", SCRIPT)
                .build());
        for (String name : ContainerTrees.names(facts.spec().path(ContainerTrees.CONTAINERS))) {
            fragment.addContainer(new ContainerBuilder()
                    .withName(name)
                    .withEnv(new Variables()
                            .value("GRPC_XDS_BOOTSTRAP", PATH + "bootstrap.json")
                            .value("GRPC_GO_LOG_VERBOSITY_LEVEL", "99")
                            .value("GRPC_GO_LOG_SEVERITY_LEVEL", "info")
                            .list())
                    .withVolumeMounts(ProxyVolumes.mount(VOLUME, PATH))
                    .build());
        }
        fragment.volumes().add(Volumes.empty(VOLUME, true));
    }

    private static String namespace(PodFacts facts) {
        return facts.settings().values().at("global.istioNamespace").asString("istio-system") + "\n";
    }
}
