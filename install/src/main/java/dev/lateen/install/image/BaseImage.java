package dev.lateen.install.image;

import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.frontend.CredentialRetrieverFactory;
import dev.lateen.install.failure.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the image stands on: it brings the C library, and iptables where pods have no network plugin that redirects for them. */
final class BaseImage {
    /** Istio's own for images without a shell: distroless, with iptables. */
    static final String USUAL = "gcr.io/istio-release/iptables:latest";

    private BaseImage() {}

    /**
     * A container builder on a base.
     *
     * @param base a reference; {@code tar:FILE}, an image as {@code docker save} writes it; {@code rootfs:FILE}, a root file system as a tar file; or {@code scratch}
     * @param scratch a directory for what is in between
     * @throws CommandFailure if there is no such base
     */
    static JibContainerBuilder builder(String base, Path scratch, String architecture) {
        try {
            if (base.equals("scratch")) {
                return Jib.fromScratch();
            }
            if (base.startsWith("tar:")) {
                return Jib.from(TarImage.at(file(base, "tar:")));
            }
            if (base.startsWith("rootfs:")) {
                Path image = scratch.resolve("base.tar");
                if (!Files.exists(image)) {
                    RootfsImage.write(file(base, "rootfs:"), image, architecture);
                }
                return Jib.from(TarImage.at(image));
            }
            return Jib.from(registry(base));
        } catch (InvalidImageReferenceException e) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    "--base: " + base + ": no image reference (expected: such as " + USUAL
                            + ", tar:FILE, rootfs:FILE or scratch)");
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.FAILED, "--base: " + base + ": can't be read: " + e.getMessage());
        }
    }

    private static Path file(String base, String prefix) {
        Path file = Path.of(base.substring(prefix.length()));
        if (!Files.isRegularFile(file)) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, "--base: " + file + ": no such file");
        }
        return file;
    }

    /** An image in a registry, with the logins that Docker keeps, if any. */
    static RegistryImage registry(String name) throws InvalidImageReferenceException {
        ImageReference reference = ImageReference.parse(name);
        CredentialRetrieverFactory logins = CredentialRetrieverFactory.forImage(reference, _ -> {});
        return RegistryImage.named(reference)
                .addCredentialRetriever(logins.dockerConfig())
                .addCredentialRetriever(logins.wellKnownCredentialHelpers());
    }
}
