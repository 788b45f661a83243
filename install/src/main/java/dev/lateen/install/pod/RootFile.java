package dev.lateen.install.pod;

import java.io.IOException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Roots in a file of the pod, as they are each time that they are asked for; what can't be used is told once, and what was good last stays. Blocks on the file. Safe from any thread. */
final class RootFile implements Supplier<String> {
    private static final Logger LOG = LoggerFactory.getLogger(RootFile.class);

    private final PodFiles files;
    private final String path;
    private String good;
    private String problem = "";

    /** @throws IllegalArgumentException if there are none in it at the start */
    RootFile(PodFiles files, String path) throws IOException {
        this.files = files;
        this.path = path;
        this.good = read();
    }

    /** What is in it now. */
    String read() throws IOException {
        return PodStart.checked(path, files.read(path));
    }

    @Override
    public synchronized String get() {
        try {
            good = read();
            problem = "";
        } catch (IOException | IllegalArgumentException e) {
            String said = String.valueOf(e.getMessage());
            if (!said.equals(problem)) {
                problem = said;
                LOG.warn("{}; those from before stay", said);
            }
        }
        return good;
    }
}
