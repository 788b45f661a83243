package dev.lateen.istiod.kubernetes.watch;

import dev.lateen.istiod.kubernetes.object.Kept;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an informer remembers of its objects: name, namespace and version, by which it knows what is new, what changed and what is gone. The objects themselves are
 * told and forgotten: what is of use of them is kept elsewhere.
 *
 * @param <T> the objects
 */
final class Stubs<T extends HasMetadata> implements ItemStore<T> {
    private final Supplier<T> maker;
    private final Map<String, T> stubs = new ConcurrentHashMap<>();

    /** @param maker makes an empty object */
    Stubs(Supplier<T> maker) {
        this.maker = maker;
    }

    private T stub(T full) {
        ObjectMeta meta = Kept.bare(full.getMetadata());
        meta.setResourceVersion(full.getMetadata().getResourceVersion());
        T stub = maker.get();
        stub.setMetadata(meta);
        return stub;
    }

    @Override
    public String getKey(T object) {
        return Cache.metaNamespaceKeyFunc(object);
    }

    @Override
    public @Nullable T put(String key, T object) {
        return stubs.put(key, stub(object));
    }

    @Override
    public @Nullable T remove(String key) {
        return stubs.remove(key);
    }

    @Override
    public Stream<String> keySet() {
        return stubs.keySet().stream();
    }

    @Override
    public Stream<T> values() {
        return stubs.values().stream();
    }

    @Override
    public int size() {
        return stubs.size();
    }

    @Override
    public @Nullable T get(String key) {
        return stubs.get(key);
    }

    /** So the informer tells each object as it comes, and not what it finds here. */
    @Override
    public boolean isFullState() {
        return false;
    }
}
