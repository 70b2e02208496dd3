package nl.sluis.gateway.store;

import com.sun.jna.Callback;
import com.sun.jna.CallbackReference;
import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.sqlite.SQLiteConnection;

/**
 * The disk as SQLite sees it. SQLite's own file layer is entered between the database and the file: each write, truncation
 * and sync is recorded, may be made to fail, and goes on to the real file. From the record follows what a disk may hold
 * after a power cut: of each file everything that was synced, and of the rest any part, in any order, torn at sectors.
 *
 * <p>For the time that it is installed all of SQLite in this process goes through it. It rests on the layout of
 * {@code sqlite3_vfs} and {@code sqlite3_io_methods}, which SQLite promises to keep, and on the file layer being the first
 * field of a connection, which is checked by its name.
 */
final class FaultyDisk implements AutoCloseable {
    private static final int SECTOR = 512;

    // results, from sqlite3.h
    private static final int OK = 0;
    private static final int FULL = 13;
    private static final int IOERR_WRITE = 778;
    private static final int IOERR_FSYNC = 1034;

    // places in sqlite3_vfs and sqlite3_io_methods on 64 bits
    private static final int VFS_NAME = 24;
    private static final int VFS_OPEN = 40;
    private static final int METHODS_WRITE = 24;
    private static final int METHODS_TRUNCATE = 32;
    private static final int METHODS_SYNC = 40;
    private static final int METHODS_SIZE = 152;

    /** What becomes of the operations of a run. */
    enum Fault {
        /** The power goes: this operation and all after it are the last that the disk may have got. */
        POWER_CUT,
        /** This one operation fails as broken hardware does. */
        IO_ERROR,
        /** This operation and the next nine find no room. */
        NO_ROOM
    }

    /** Calls of SQLite; JNA keeps them as long as this object lives. */
    @SuppressWarnings("UnusedMethod") // called by SQLite
    private interface Open extends Callback {
        int call(Pointer vfs, Pointer name, Pointer file, int flags, IntByReference outFlags);
    }

    @SuppressWarnings("UnusedMethod") // called by SQLite
    private interface Write extends Callback {
        int call(Pointer file, Pointer bytes, int count, long offset);
    }

    @SuppressWarnings("UnusedMethod") // called by SQLite
    private interface Truncate extends Callback {
        int call(Pointer file, long size);
    }

    @SuppressWarnings("UnusedMethod") // called by SQLite
    private interface Sync extends Callback {
        int call(Pointer file, int flags);
    }

    /** A write, or a truncation where there are no bytes. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Operation(long offset, byte[] bytes) {}

    /** A file: what is surely on the disk, and what was asked for since. */
    private static final class Recorded {
        byte[] durable = {};
        final List<Operation> unsynced = new ArrayList<>();
    }

    private final Pointer vfs;
    private final Pointer realOpen;
    private final Map<Pointer, Memory> entered = new HashMap<>();
    private final Map<Pointer, Pointer> real = new HashMap<>();
    private final Map<Pointer, String> names = new HashMap<>();
    private final Map<String, Recorded> files = new HashMap<>();
    private final Open open = this::open;
    private final Write write = this::write;
    private final Truncate truncate = this::truncate;
    private final Sync sync = this::sync;
    private Fault fault = Fault.POWER_CUT;
    private long operationsLeft = Long.MAX_VALUE;
    private int noRoomLeft;
    private boolean dead;

    private FaultyDisk(Pointer vfs) {
        this.vfs = vfs;
        this.realOpen = vfs.getPointer(VFS_OPEN);
        vfs.setPointer(VFS_OPEN, CallbackReference.getFunctionPointer(open));
    }

    /** Enters the file layer. */
    static FaultyDisk install() throws SQLException, ReflectiveOperationException {
        try (Connection any = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            Object database = any.unwrap(SQLiteConnection.class).getDatabase();
            Field handle = database.getClass().getDeclaredField("pointer");
            handle.setAccessible(true);
            Pointer vfs = new Pointer(handle.getLong(database)).getPointer(0);
            String name = vfs.getPointer(VFS_NAME).getString(0);
            if (!name.equals("unix")) {
                throw new IllegalStateException("file layer: `" + name + "` (expected: unix)");
            }
            return new FaultyDisk(vfs);
        }
    }

    /** Forgets all files but those of a directory, whose content counts as durable, and plans a fault. */
    synchronized void begin(Path directory, Fault planned, long operations) throws IOException {
        files.clear();
        try (var present = Files.list(directory)) {
            for (Path file : present.toList()) {
                Recorded recorded = new Recorded();
                recorded.durable = Files.readAllBytes(file);
                files.put(file.toString(), recorded);
            }
        }
        fault = planned;
        operationsLeft = operations;
        noRoomLeft = 0;
        dead = false;
    }

    /** Cuts the power now, whatever was planned. */
    synchronized void cut() {
        dead = true;
    }

    /** Lets everything pass again. */
    synchronized void end() {
        operationsLeft = Long.MAX_VALUE;
        noRoomLeft = 0;
        dead = false;
    }

    /** Writes what a disk may hold after the cut. */
    synchronized void restore(Path directory, Random random) throws IOException {
        Files.createDirectories(directory);
        for (Map.Entry<String, Recorded> each : files.entrySet()) {
            Path name = Path.of(each.getKey()).getFileName();
            // the index of the write-ahead log lives in memory only
            if (!name.toString().endsWith("-shm")) {
                Files.write(directory.resolve(name), afterCut(each.getValue(), random));
            }
        }
    }

    private static byte[] afterCut(Recorded file, Random random) {
        byte[] image = file.durable;
        // a disk with little in its cache, with half of it written, or with nearly all
        int chance = random.nextInt(101);
        List<Operation> order = new ArrayList<>(file.unsynced);
        if (random.nextBoolean()) {
            Collections.shuffle(order, random);
        }
        for (Operation operation : order) {
            if (random.nextInt(100) >= chance) {
                continue;
            }
            image = random.nextInt(4) > 0 ? applied(image, operation) : torn(image, operation, random);
        }
        return image;
    }

    private static byte[] torn(byte[] image, Operation operation, Random random) {
        byte[] result = image;
        for (int from = 0; from < operation.bytes().length; from += SECTOR) {
            if (random.nextBoolean()) {
                int to = Math.min(from + SECTOR, operation.bytes().length);
                result = applied(
                        result,
                        new Operation(operation.offset() + from, Arrays.copyOfRange(operation.bytes(), from, to)));
            }
        }
        return result;
    }

    private static byte[] applied(byte[] image, Operation operation) {
        int offset = Math.toIntExact(operation.offset());
        if (operation.bytes().length == 0) {
            return Arrays.copyOf(image, Math.min(offset, image.length));
        }
        byte[] result = Arrays.copyOf(image, Math.max(image.length, offset + operation.bytes().length));
        System.arraycopy(operation.bytes(), 0, result, offset, operation.bytes().length);
        return result;
    }

    private int open(Pointer layer, Pointer name, Pointer file, int flags, IntByReference outFlags) {
        int result = Function.getFunction(realOpen).invokeInt(new Object[] {layer, name, file, flags, outFlags});
        Pointer methods = file.getPointer(0);
        if (result == OK && methods != null && name != null) {
            synchronized (this) {
                names.put(file, name.getString(0));
                real.put(file, methods);
                file.setPointer(0, entered.computeIfAbsent(methods, this::enter));
            }
        }
        return result;
    }

    private Memory enter(Pointer methods) {
        Memory copy = new Memory(METHODS_SIZE);
        copy.write(0, methods.getByteArray(0, METHODS_SIZE), 0, METHODS_SIZE);
        copy.setPointer(METHODS_WRITE, CallbackReference.getFunctionPointer(write));
        copy.setPointer(METHODS_TRUNCATE, CallbackReference.getFunctionPointer(truncate));
        copy.setPointer(METHODS_SYNC, CallbackReference.getFunctionPointer(sync));
        return copy;
    }

    private synchronized int write(Pointer file, Pointer bytes, int count, long offset) {
        int failure = failure(file, new Operation(offset, bytes.getByteArray(0, count)), IOERR_WRITE);
        return failure != OK ? failure : pass(file, METHODS_WRITE, bytes, count, offset);
    }

    private synchronized int truncate(Pointer file, long size) {
        int failure = failure(file, new Operation(size, new byte[0]), IOERR_WRITE);
        return failure != OK ? failure : pass(file, METHODS_TRUNCATE, size);
    }

    private synchronized int sync(Pointer file, int flags) {
        int failure = failure(file, null, IOERR_FSYNC);
        if (failure != OK) {
            return failure;
        }
        Recorded recorded = recorded(file);
        for (Operation operation : recorded.unsynced) {
            recorded.durable = applied(recorded.durable, operation);
        }
        recorded.unsynced.clear();
        // the real sync is left out: this process lives on, and 1,000 runs must not wear out a disk
        return OK;
    }

    private int pass(Pointer file, int method, Object... arguments) {
        Object[] all = new Object[arguments.length + 1];
        all[0] = file;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return Function.getFunction(real.get(file).getPointer(method)).invokeInt(all);
    }

    private Recorded recorded(Pointer file) {
        return files.computeIfAbsent(names.get(file), none -> new Recorded());
    }

    /** What the operation ends in; whatever it is, the disk may have got the operation. */
    private int failure(Pointer file, Operation operation, int error) {
        if (dead) {
            return error;
        }
        boolean strikes = operationsLeft-- == 0;
        boolean full = (strikes && fault == Fault.NO_ROOM) || noRoomLeft > 0;
        if (operation != null && !full) {
            recorded(file).unsynced.add(operation);
        }
        if (strikes) {
            switch (fault) {
                case POWER_CUT -> dead = true;
                case NO_ROOM -> noRoomLeft = 10;
                case IO_ERROR -> {
                    return error;
                }
            }
        }
        if (dead) {
            return error;
        }
        if (full && operation != null) {
            noRoomLeft--;
            return FULL;
        }
        return OK;
    }

    @Override
    public void close() {
        vfs.setPointer(VFS_OPEN, realOpen);
    }
}
