package dev.lateen.injector.overlay;

import dev.lateen.injector.overlay.ProxyContainer.Role;
import dev.lateen.injector.pod.PodFacts;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** The templates that are there without anybody having written one: what Istio's names stand for, concern by concern. */
public final class BuiltInTemplates {
    /** By name. */
    public static final Map<String, Template> ALL = Map.of(
            "sidecar",
            made(
                    new PodLabels(true),
                    new PodAnnotations(),
                    new CniAnnotations(),
                    new Redirection(),
                    new ProxyContainer(Role.SIDECAR),
                    new ProxyLifecycle(Role.SIDECAR),
                    new ProxyEnvironment(Role.SIDECAR),
                    new ProxyProbes(Role.SIDECAR),
                    new ProxySecurity(Role.SIDECAR),
                    new ProxyVolumes(Role.SIDECAR),
                    new UserVolumes(),
                    new PullSecrets()),
            "gateway",
            made(
                    new PodLabels(false),
                    new PodAnnotations(),
                    new ProxyContainer(Role.GATEWAY),
                    new ProxyLifecycle(Role.GATEWAY),
                    new ProxyEnvironment(Role.GATEWAY),
                    new ProxyProbes(Role.GATEWAY),
                    new ProxySecurity(Role.GATEWAY),
                    new ProxyVolumes(Role.GATEWAY),
                    new PullSecrets()),
            "grpc-agent",
            made(
                    new PodLabels(false),
                    new PodAnnotations(),
                    new ProxyContainer(Role.GRPC_AGENT),
                    new ProxyLifecycle(Role.GRPC_AGENT),
                    new ProxyEnvironment(Role.GRPC_AGENT),
                    new ProxyProbes(Role.GRPC_AGENT),
                    new ProxyVolumes(Role.GRPC_AGENT),
                    new GrpcApplications(),
                    new UserVolumes(),
                    new PullSecrets()),
            "grpc-simple",
            made(new GrpcBootstrap()));

    private BuiltInTemplates() {}

    private static Template made(Overlay... overlays) {
        return new Composed(List.of(overlays));
    }

    private record Composed(List<Overlay> overlays) implements Template {
        @Override
        public ObjectNode render(PodFacts facts) {
            Fragment fragment = new Fragment();
            overlays.forEach(overlay -> overlay.add(fragment, facts));
            return fragment.tree();
        }
    }
}
