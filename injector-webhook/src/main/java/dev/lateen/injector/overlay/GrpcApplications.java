package dev.lateen.injector.overlay;

import dev.lateen.injector.pod.PodFacts;
import io.fabric8.kubernetes.api.model.ContainerBuilder;

/** What applications need that speak xDS themselves: the bootstrap file and the certificates that the agent beside them writes. */
final class GrpcApplications implements Overlay {
    @Override
    public void add(Fragment fragment, PodFacts facts) {
        // The agent rewrites no probes: nothing intercepts them.
        fragment.annotations().put("sidecar.istio.io/rewriteAppHTTPProbers", "false");
        for (String name : facts.applications()) {
            fragment.addContainer(new ContainerBuilder()
                    .withName(name)
                    .withEnv(new Variables()
                            .value("GRPC_XDS_EXPERIMENTAL_SECURITY_SUPPORT", "true")
                            .value("GRPC_XDS_BOOTSTRAP", "/etc/istio/proxy/grpc-bootstrap.json")
                            .list())
                    .withVolumeMounts(
                            ProxyVolumes.mount("istio-data", "/var/lib/istio/data"),
                            ProxyVolumes.mount("istio-xds", "/etc/istio/proxy"),
                            ProxyVolumes.credentials(facts))
                    .build());
        }
    }
}
