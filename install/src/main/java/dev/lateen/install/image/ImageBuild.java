package dev.lateen.install.image;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import dev.lateen.api.Release;
import dev.lateen.install.failure.CommandFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Makes an image of a tree of files.
 *
 * @param name the image's
 * @param base what it stands on, as {@link BaseImage} takes it
 * @param runs what its containers run
 * @param output a tar file to write, with an OCI layout; null to push to the name's registry
 * @param insecure whether a registry may speak plain HTTP, or have an unknown certificate
 */
record ImageBuild(
        String name,
        String base,
        ImageProcess runs,
        @Nullable Path output,
        boolean insecure) {

    /**
     * Writes or pushes it.
     *
     * @param scratch a directory for what is in between
     * @param architecture that it is for, as images name it
     * @return the image's digest
     * @throws CommandFailure if a registry or the base is not as needed
     */
    String write(ImageTree tree, Path scratch, String architecture) throws IOException, InterruptedException {
        JibContainerBuilder image = BaseImage.builder(base, scratch, architecture)
                .setFormat(ImageFormat.OCI)
                .setPlatforms(Set.of(new Platform(architecture, "linux")))
                .setCreationTime(Instant.now())
                .setUser(runs.user())
                .setEntrypoint(runs.entryPoint())
                // What compilers and handshakes needed for a moment goes back to the system.
                .addEnvironmentVariable("MALLOC_ARENA_MAX", "1")
                .addEnvironmentVariable("MALLOC_MMAP_THRESHOLD_", "32000")
                .addEnvironmentVariable(
                        "PATH",
                        "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:" + ImageTree.HOME + "/jre/bin")
                .addLabel("org.opencontainers.image.version", Release.VERSION);
        // What changes least lies lowest.
        image.addFileEntriesLayer(layer("runtime", tree.home().resolve("jre"), ImageTree.HOME + "/jre"));
        image.addFileEntriesLayer(layer("jars", tree.home().resolve("lib"), ImageTree.HOME + "/lib"));
        if (runs.standIn()) {
            image.addFileEntriesLayer(layer("stand-in", tree.standIn(), ImageTree.STAND_IN));
        } else {
            image.addFileEntriesLayer(layer("native", tree.home().resolve("native"), ImageTree.HOME + "/native"));
            image.addFileEntriesLayer(files("starts", tree.home(), ImageTree.HOME));
            image.addFileEntriesLayer(layer("commands", tree.commands(), "/usr/local/bin"));
        }
        try {
            return image.containerize(target(scratch)).getDigest().toString();
        } catch (RegistryException | CacheDirectoryCreationException e) {
            throw new CommandFailure(CommandFailure.FAILED, "image build: " + e.getMessage());
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new CommandFailure(CommandFailure.FAILED, "image build: " + cause.getMessage());
        }
    }

    private Containerizer target(Path scratch) {
        try {
            Path file = output;
            Containerizer target = file == null
                    ? Containerizer.to(BaseImage.registry(name))
                    : Containerizer.to(TarImage.at(file).named(name));
            return target.setToolName("meshctl")
                    .setAllowInsecureRegistries(insecure)
                    .setBaseImageLayersCache(scratch.resolve("base-cache"))
                    .setApplicationLayersCache(scratch.resolve("cache"));
        } catch (InvalidImageReferenceException e) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    "image build: " + name + ": no image reference (expected: such as registry.example/lateen:1)");
        }
    }

    /** A directory with all that is in it, with the files' own times and rights. */
    private static FileEntriesLayer layer(String name, Path directory, String at) throws IOException {
        return FileEntriesLayer.builder()
                .setName(name)
                .addEntryRecursive(
                        directory,
                        AbsoluteUnixPath.get(at),
                        (file, _) -> permissions(file),
                        (file, _) -> modified(file))
                .build();
    }

    /** The files of a directory, without the directories in it. */
    private static FileEntriesLayer files(String name, Path directory, String at) throws IOException {
        FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(name);
        try (var entries = Files.list(directory)) {
            for (Path file : entries.filter(Files::isRegularFile).sorted().toList()) {
                AbsoluteUnixPath to = AbsoluteUnixPath.get(at + "/" + file.getFileName());
                layer.addEntry(file, to, permissions(file), modified(file));
            }
        }
        return layer.build();
    }

    private static FilePermissions permissions(Path file) {
        return FilePermissions.fromOctalString(Files.isDirectory(file) || Files.isExecutable(file) ? "755" : "644");
    }

    private static Instant modified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
