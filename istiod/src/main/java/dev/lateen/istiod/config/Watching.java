package dev.lateen.istiod.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits until the system tells of a change in some directories, or a while; where it can't tell, just the while. */
final class Watching implements AutoCloseable {
    private final @Nullable WatchService service = open();
    private final Map<Path, WatchKey> keys = new HashMap<>();

    private static @Nullable WatchService open() {
        try {
            return FileSystems.getDefault().newWatchService();
        } catch (IOException | UnsupportedOperationException e) {
            // No more watches to be had: looking every now and then remains.
            return null;
        }
    }

    /** These directories from now on. */
    void directories(Set<Path> wanted) {
        if (service == null) {
            return;
        }
        keys.entrySet().removeIf(entry -> {
            boolean unwanted =
                    !wanted.contains(entry.getKey()) || !entry.getValue().isValid();
            if (unwanted) {
                entry.getValue().cancel();
            }
            return unwanted;
        });
        for (Path directory : wanted) {
            try {
                if (!keys.containsKey(directory)) {
                    keys.put(
                            directory,
                            directory.register(
                                    service,
                                    StandardWatchEventKinds.ENTRY_CREATE,
                                    StandardWatchEventKinds.ENTRY_MODIFY,
                                    StandardWatchEventKinds.ENTRY_DELETE));
                }
            } catch (ClosedWatchServiceException e) {
                return;
            } catch (IOException e) {
                // Gone again, or too many watches: the look every now and then covers it.
                keys.remove(directory);
            }
        }
    }

    /** Waits; false once closed. */
    boolean await(long nanos) throws InterruptedException {
        if (service == null) {
            TimeUnit.NANOSECONDS.sleep(nanos);
            return true;
        }
        try {
            WatchKey key = service.poll(nanos, TimeUnit.NANOSECONDS);
            if (key != null) {
                key.pollEvents();
                key.reset();
            }
            return true;
        } catch (ClosedWatchServiceException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            if (service != null) {
                service.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
