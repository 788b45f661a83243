package dev.lateen.install.run;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that is added to and never grows beyond a limit: when it would, it is renamed to {@code FILE.1} in the place of an older one and begun anew, as a
 * kubelet does with logs. Safe from any thread.
 */
final class RollingFile extends OutputStream {
    /** A kubelet's {@code containerLogMaxSize}. */
    static final long USUAL_LIMIT = 10L * 1024 * 1024;

    private final Path file;
    private final long limit;
    private @Nullable OutputStream out;
    private long size;

    /**
     * The file is opened, and made if need be, when something is written to it.
     *
     * @param limit in bytes; what is written at once is never divided, so a single write may be longer
     */
    RollingFile(Path file, long limit) {
        this.file = file;
        this.limit = limit;
    }

    Path file() {
        return file;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    /** Adds all of it, or throws; then a part may have been written. */
    @Override
    public synchronized void write(byte[] bytes, int from, int length) throws IOException {
        OutputStream to = opened();
        if (size > 0 && size + length > limit) {
            roll();
            to = opened();
        }
        to.write(bytes, from, length);
        size += length;
    }

    private OutputStream opened() throws IOException {
        OutputStream already = out;
        if (already != null) {
            return already;
        }
        OutputStream fresh = new FileOutputStream(file.toFile(), true);
        out = fresh;
        size = Files.size(file);
        return fresh;
    }

    private void roll() throws IOException {
        close();
        Files.move(file, older(), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Where what came before is kept. */
    Path older() {
        return file.resolveSibling(file.getFileName() + ".1");
    }

    @Override
    public synchronized void close() throws IOException {
        OutputStream open = out;
        out = null;
        if (open != null) {
            open.close();
        }
    }
}
