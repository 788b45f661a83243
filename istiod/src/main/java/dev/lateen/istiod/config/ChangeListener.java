package dev.lateen.istiod.config;

/** Hears that a source says something else. */
@FunctionalInterface
public interface ChangeListener {
    /**
     * It says something else now. Must not block.
     *
     * @param pressing whether requests may fail until it is in force: who has left, or is about to, is called by those who don't know it yet
     */
    void changed(boolean pressing);
}
