package dev.lateen.install.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Netty's native libraries as files: by itself it unpacks them into a temporary directory, which a container with a read-only root has none of, and goes on without them, which
 * is without what iptables redirect.
 */
final class NativeLibraries {
    private static final String WHERE = "META-INF/native/";

    private NativeLibraries() {}

    /**
     * Takes those for Linux on one architecture out of all jars of a directory.
     *
     * @param architecture as images name it
     */
    static void extract(Path jars, Path to, String architecture) throws IOException {
        Files.createDirectories(to);
        String suffix = architecture.equals("arm64") ? "_aarch_64.so" : "_x86_64.so";
        List<Path> all;
        try (var files = Files.list(jars)) {
            all = files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
        for (Path jar : all) {
            try (JarFile open = new JarFile(jar.toFile())) {
                for (Enumeration<JarEntry> entries = open.entries(); entries.hasMoreElements(); ) {
                    JarEntry entry = entries.nextElement();
                    if (entry.getName().startsWith(WHERE) && entry.getName().endsWith(suffix)) {
                        try (InputStream in = open.getInputStream(entry)) {
                            Files.copy(in, to.resolve(entry.getName().substring(WHERE.length())));
                        }
                    }
                }
            }
        }
    }
}
