package dev.lateen.install.run;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.istiod.input.ConfigObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/** A control plane and proxies that start nothing, and do as a test says. */
final class FakeRoles implements MeshRoles, MeshControlPlane, ProxyHost {
    final Set<String> proxies = ConcurrentHashMap.newKeySet();
    /** Parts of node ids of proxies that don't listen yet. */
    final Set<String> unready = ConcurrentHashMap.newKeySet();

    /** Parts of node ids of proxies that can't be started. */
    final Set<String> failing = ConcurrentHashMap.newKeySet();

    volatile List<String> gaps = List.of();
    /** What the control plane was told last. */
    volatile List<ConfigObject> told = List.of();

    volatile boolean stopped;
    volatile BooleanSupplier ready = () -> false;

    @Override
    public List<String> problems(List<Path> paths) {
        return List.of();
    }

    @Override
    public MeshControlPlane controlPlane() {
        return this;
    }

    @Override
    public ProxyHost proxies() {
        return this;
    }

    @Override
    public void start(BooleanSupplier isReady) {
        ready = isReady;
    }

    @Override
    public void tell(List<ConfigObject> objects) {
        told = objects;
    }

    @Override
    public String token(String namespace, String serviceAccount) {
        return namespace + "/" + serviceAccount;
    }

    @Override
    public boolean knows(Map<String, Boolean> told) {
        return true;
    }

    @Override
    public Set<String> inSync() {
        return Set.copyOf(proxies);
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public RunningProxy start(ProxySpec spec) {
        if (failing.stream().anyMatch(spec.nodeId()::contains)) {
            throw new CommandFailure(CommandFailure.FAILED, "no room");
        }
        proxies.add(spec.nodeId());
        return new RunningProxy() {
            @Override
            public boolean isReady() {
                return unready.stream().noneMatch(spec.nodeId()::contains);
            }

            @Override
            public List<String> gaps() {
                return gaps;
            }

            @Override
            public void stop() {
                proxies.remove(spec.nodeId());
            }
        };
    }

    @Override
    public void close() {}
}
