package dev.lateen.istiod.kubernetes.watch;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One kind of objects that is listed and watched for ever: a watch that ends is begun again, an answer of 410 means another list, and whatever fails is tried
 * again. Only what a list or an event says is gone is gone. Safe from any thread.
 *
 * @param <T> the objects
 */
public final class Watched<T extends HasMetadata> implements ResourceEventHandler<T>, AutoCloseable {
    /** Of a list, so many objects are asked for at once: a page is read by an event loop, and a list of all would have to fit into memory as a text. */
    private static final long PAGE = 100;

    private final String title;
    private final Target<T> target;
    private final Runnable onSync;
    private final SharedIndexInformer<T> informer;
    private volatile boolean synced;
    private volatile @Nullable Throwable failure;

    /** Who is told. Called by one thread at a time for each kind. */
    public interface Target<T> {
        /** An object is there, or says something else. */
        void is(T object);

        /** An object is gone; no more is known of it than its name. */
        void gone(T object);
    }

    /**
     * @param title the plural, as messages name the kind
     * @param what the objects
     * @param maker makes an empty object of the kind
     * @param target is told of objects
     * @param onSync called once all that there was at first has been told
     */
    public Watched(String title, Informable<T> what, Supplier<T> maker, Target<T> target, Runnable onSync) {
        this.title = title;
        this.target = target;
        this.onSync = onSync;
        this.informer = what.withLimit(PAGE)
                .runnableInformer(0)
                .removeNamespaceIndex()
                .itemStore(new Stubs<>(maker))
                .exceptionHandler((_, thrown) -> {
                    failure = thrown;
                    return true;
                })
                .addEventHandler(this);
    }

    /** Begins to list and watch. */
    public void start() {
        informer.start();
    }

    String title() {
        return title;
    }

    /** Whether all that there was when it began has been told. */
    public boolean isSynced() {
        return synced;
    }

    /** Whether changes come as they are made. */
    boolean isFollowed() {
        return informer.isWatching();
    }

    /** Why the last list failed; null once one has succeeded. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    @Override
    public void onAdd(T object) {
        target.is(object);
    }

    @Override
    public void onUpdate(T before, T now) {
        target.is(now);
    }

    @Override
    public void onDelete(T object, boolean unseen) {
        target.gone(object);
    }

    @Override
    public void onList(String resourceVersion, boolean remainedEmpty) {
        failure = null;
        if (!synced) {
            synced = true;
            onSync.run();
        }
    }

    @Override
    public void close() {
        informer.stop();
    }
}
