package dev.lateen.injector.overlay;

import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.settings.SidecarSettings;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The proxy's container itself: where it stands, its image, its arguments, its port.
 *
 * @param role what it is started as
 */
record ProxyContainer(Role role) implements Overlay {
    /** What a proxy is started as. */
    enum Role {
        /** Beside an application. */
        SIDECAR,
        /** Alone. */
        GATEWAY,
        /** An agent for an application that speaks xDS itself. */
        GRPC_AGENT
    }

    @Override
    public void add(Fragment fragment, PodFacts facts) {
        Container proxy = fragment.proxy();
        boolean asInit = role == Role.SIDECAR && facts.isNative();
        proxy.setImage(Images.proxy(facts));
        proxy.setImagePullPolicy(pullPolicy(facts));
        proxy.setRestartPolicy(asInit ? "Always" : null);
        proxy.setPorts(List.of(role == Role.GRPC_AGENT ? port(15020, "mesh-metrics") : port(15090, "http-envoy-prom")));
        proxy.setArgs(arguments(facts));
        if (role != Role.GATEWAY) {
            proxy.setResources(Resources.of(facts));
        }
        fragment.placeProxy(asInit);
    }

    private List<String> arguments(PodFacts facts) {
        SidecarSettings.ProxyDefaults defaults = facts.settings().proxy();
        SidecarSettings.Logs logs = defaults.logs();
        List<String> arguments = new ArrayList<>(List.of(
                "proxy",
                role == Role.GATEWAY ? "router" : "sidecar",
                "--domain",
                "$(POD_NAMESPACE).svc." + defaults.clusterDomain(),
                "--proxyLogLevel=" + facts.annotation("sidecar.istio.io/logLevel", logs.proxy()),
                "--proxyComponentLogLevel=" + facts.annotation("sidecar.istio.io/componentLogLevel", logs.components()),
                "--log_output_level=" + agentLogLevel(facts)));
        if (defaults.stsPort() != 0) {
            arguments.add("--stsPort=" + defaults.stsPort());
        }
        if (logs.asJson()) {
            arguments.add("--log_as_json");
        }
        if (role == Role.SIDECAR && !logs.outlierPath().isEmpty()) {
            arguments.add("--outlierLogPath=" + logs.outlierPath());
        }
        return arguments;
    }

    private static ContainerPort port(int number, String name) {
        return new ContainerPortBuilder()
                .withContainerPort(number)
                .withProtocol("TCP")
                .withName(name)
                .build();
    }

    static String agentLogLevel(PodFacts facts) {
        return facts.annotation(
                "sidecar.istio.io/agentLogLevel",
                facts.settings().proxy().logs().agent());
    }

    static @Nullable String pullPolicy(PodFacts facts) {
        String policy = facts.settings().images().pullPolicy();
        return policy.isEmpty() ? null : policy;
    }
}
