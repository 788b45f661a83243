package dev.lateen.install.image;

import dev.lateen.install.failure.CommandFailure;
import java.nio.file.Path;

/**
 * What the process that makes an image knows of itself.
 *
 * @param launcher the script {@code meshctl} that started it
 * @param dist the distribution, with its directory {@code lib}
 * @param java the home of the Java that it runs in
 * @param architecture of this machine, as images name it: {@code amd64} or {@code arm64}
 */
record ImageBootstrap(Path launcher, Path dist, Path java, String architecture) {
    /**
     * Of this process.
     *
     * @throws CommandFailure if it was not started by the launcher
     */
    static ImageBootstrap ofProcess() {
        String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        return new ImageBootstrap(
                path("lateen.launcher"), path("lateen.dist"), Path.of(System.getProperty("java.home")), architecture);
    }

    private static Path path(String property) {
        String value = System.getProperty(property);
        if (value == null) {
            throw new CommandFailure(CommandFailure.FAILED, "image build: start it by ./meshctl");
        }
        return Path.of(value);
    }
}
