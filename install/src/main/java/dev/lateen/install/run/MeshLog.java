package dev.lateen.install.run;

/** Where a mesh tells what happens to it. Called from any thread. */
public interface MeshLog {
    /** One step of the start, which the next one may overwrite on a terminal. */
    void progress(String line);

    /** A line that stays. */
    void line(String line);
}
