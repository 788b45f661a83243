package dev.lateen.proxy.identity;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Roots as they are now, the mesh's or those of one server: what is mounted changes when the CA's root is rotated. They are looked at again and again, because a mounted ConfigMap changes by a link that is put in another's
 * place, which no watch of a file sees. What can't be used changes nothing, and is told once. Methods may be called from any thread.
 */
public final class MeshRoots {
    private static final Logger LOG = LoggerFactory.getLogger(MeshRoots.class);

    /** The kubelet takes up to a minute to change what is mounted; more haste would be for nothing. */
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final String name;
    private final Callable<String> source;
    private final Surroundings around;
    private volatile String pem;
    private Runnable onChange = () -> {};
    private String problem = "";
    private boolean closed;
    private Runnable cancelTimer = () -> {};

    /** @param first those at the start @param source those of now; may block on a file */
    public MeshRoots(String first, Callable<String> source, Surroundings around) {
        this("the mesh's roots", new IdentitySettings.Roots(first, source), around);
    }

    /** @param name for people, such as {@code the CA's roots} */
    public MeshRoots(String name, IdentitySettings.Roots roots, Surroundings around) {
        this.name = name;
        this.pem = roots.first();
        this.source = roots.now();
        this.around = around;
    }

    /** In PEM. */
    public String pem() {
        return pem;
    }

    /** Begins to look. @param listener told after each change; must not block */
    synchronized void follow(Runnable listener) {
        onChange = listener;
        later();
    }

    /** Looks no more. */
    synchronized void close() {
        closed = true;
        cancelTimer.run();
    }

    private synchronized void later() {
        if (!closed) {
            cancelTimer = around.after(INTERVAL, this::look);
        }
    }

    private void look() {
        around.blocking(() -> {
                    String read = source.call();
                    // Half a file, or none, is nothing to trust.
                    PemText.certificates(read);
                    return read;
                })
                .onComplete(result -> {
                    if (result.succeeded()) {
                        take(result.result());
                    } else {
                        fail(String.valueOf(result.cause().getMessage()));
                    }
                    later();
                });
    }

    private void take(String read) {
        problem = "";
        if (!read.equals(pem)) {
            pem = read;
            LOG.info("{} have changed", name);
            onChange.run();
        }
    }

    private void fail(String reason) {
        if (!reason.equals(problem)) {
            problem = reason;
            LOG.warn("{} can't be read: {}; those from before stay", name, reason);
        }
    }
}
