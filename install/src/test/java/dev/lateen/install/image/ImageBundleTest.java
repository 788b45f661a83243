package dev.lateen.install.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ImageBundleTest {
    @TempDir
    private Path directory;

    @Test
    void whatImagesHaveInCommonIsWrittenOnceAndEachIsListedByItsName() throws Exception {
        Path file = directory.resolve("all.tar");
        try (ImageBundle bundle = new ImageBundle(file)) {
            bundle.add("lab.local/a:1", image("a", "own of a"));
            bundle.add("curlimages/curl:8", image("b", "own of b"));
        }
        List<String> names = new ArrayList<>();
        Map<String, String> files = read(file, names);
        assertThat(names)
                .containsExactly("oci-layout", "blobs/sha256/common", "blobs/sha256/a", "blobs/sha256/b", "index.json");
        assertThat(files).containsEntry("blobs/sha256/b", "own of b");
        JsonNode manifests =
                JsonMapper.shared().readTree(files.get("index.json")).path("manifests");
        assertThat(manifests.at("/0/digest").asString()).isEqualTo("sha256:a");
        assertThat(manifests.at("/0/annotations").properties())
                .allMatch(annotation -> annotation.getValue().asString().equals("lab.local/a:1"));
        assertThat(manifests.at("/1/annotations/io.containerd.image.name").asString())
                .isEqualTo("docker.io/curlimages/curl:8");
    }

    @ParameterizedTest
    @CsvSource({
        "lab.local/lateen:1, lab.local/lateen:1",
        "localhost:5000/lateen, localhost:5000/lateen:latest",
        "localhost/lateen:1, localhost/lateen:1",
        "kennethreitz/httpbin, docker.io/kennethreitz/httpbin:latest",
        "alpine:3, docker.io/library/alpine:3"
    })
    void aShortNameIsDockerHubs(String name, String whole) {
        assertThat(ImageBundle.wholeName(name)).isEqualTo(whole);
    }

    private Path image(String digest, String own) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("oci-layout", "{}");
        files.put("blobs/sha256/common", "of all");
        files.put("blobs/sha256/" + digest, own);
        files.put(
                "index.json", "{\"manifests\":[{\"digest\":\"sha256:" + digest + "\",\"annotations\":{\"x\":\"y\"}}]}");
        Path file = directory.resolve(digest + ".tar");
        try (OutputStream out = Files.newOutputStream(file);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            for (Map.Entry<String, String> each : files.entrySet()) {
                byte[] bytes = each.getValue().getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(each.getKey());
                entry.setSize(bytes.length);
                tar.putArchiveEntry(entry);
                tar.write(bytes);
                tar.closeArchiveEntry();
            }
        }
        return file;
    }

    private static Map<String, String> read(Path file, List<String> names) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        try (InputStream in = Files.newInputStream(file);
                TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                names.add(entry.getName());
                files.put(entry.getName(), new String(tar.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return files;
    }
}
