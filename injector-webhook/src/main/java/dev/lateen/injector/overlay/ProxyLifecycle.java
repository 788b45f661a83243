package dev.lateen.injector.overlay;

import static dev.lateen.injector.overlay.Fragment.typed;

import dev.lateen.injector.overlay.ProxyContainer.Role;
import dev.lateen.injector.pod.PodFacts;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.LifecycleBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What is run when the proxy starts and before it ends: the wait that holds the application back, the drain of a native sidecar that outlives it.
 *
 * @param role what the proxy is started as
 */
record ProxyLifecycle(Role role) implements Overlay {
    @Override
    public void add(Fragment fragment, PodFacts facts) {
        fragment.proxy().setLifecycle(hooks(facts));
    }

    private @Nullable Lifecycle hooks(PodFacts facts) {
        if (role == Role.GRPC_AGENT) {
            return afterStart("pilot-agent", "wait", "--url=http://localhost:15020/healthz/ready");
        }
        var configured = facts.settings().proxy().lifecycle();
        if (configured != null) {
            return typed("values.global.proxy.lifecycle", configured, Lifecycle.class);
        }
        if (role == Role.GATEWAY) {
            return null;
        }
        if (!facts.isNative()) {
            return facts.isHeld() ? afterStart("pilot-agent", "wait") : null;
        }
        return new LifecycleBuilder()
                .withNewPreStop()
                .withNewExec()
                .withCommand("pilot-agent", "request", "--debug-port=" + facts.statusPort(), "POST", "drain")
                .endExec()
                .endPreStop()
                .build();
    }

    private static Lifecycle afterStart(String... command) {
        return new LifecycleBuilder()
                .withNewPostStart()
                .withNewExec()
                .withCommand(command)
                .endExec()
                .endPostStart()
                .build();
    }
}
