package dev.lateen.it;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Where things are, and what a missing one means. */
final class Project {
    private Project() {}

    /** The root of the checkout. */
    static Path root() {
        return Path.of(System.getProperty("lateen.root"));
    }

    /** Whether nothing may be skipped. */
    static boolean ci() {
        return "true".equals(System.getenv("CI"));
    }

    /** Data of the contract's owners; the test is skipped where that folder is absent. */
    static Path shared(String path) {
        Path shared = Path.of(System.getProperty("lateen.shared"));
        Assumptions.assumeTrue(Files.isDirectory(shared), "shared data is not beside the checkout");
        return shared.resolve(path);
    }

    /** Istio's Bookinfo sample. */
    static Path bookinfo(String path) {
        return shared("istio/samples/bookinfo").resolve(path);
    }
}
