package dev.lateen.install.image;

import java.util.List;

/**
 * What a container of an image runs.
 *
 * @param entryPoint the command and its first words
 * @param user its number and its group's
 * @param standIn whether it plays a sample, so that nothing is needed that only proxies have
 */
record ImageProcess(List<String> entryPoint, String user, boolean standIn) {
    /** The mesh's own, a proxy unless it is told otherwise. */
    static ImageProcess ofMesh() {
        // Whose traffic no rule leads through a proxy.
        return new ImageProcess(List.of("/usr/local/bin/pilot-agent"), "1337:1337", false);
    }

    /**
     * A sample's.
     *
     * @param image the name of the image that it stands for
     * @param lowPort whether it listens where only root may
     */
    static ImageProcess ofStandIn(String image, boolean lowPort) {
        return new ImageProcess(List.of(ImageTree.STAND_IN + "/run", image), lowPort ? "0:0" : "1000:1000", true);
    }
}
