//! The bytes of a pickle, cut into frames from protocol 4 on (PEP 3154).

use super::opcode::FRAME;
use minipy_vm::types::bytes;
use minipy_vm::{PyResult, Value, protocol};

/// A frame is closed when it has this many bytes, and what is longer goes around frames.
const FRAME_TARGET: usize = 64 * 1024;
/// Shorter frames are not worth their header.
const FRAME_MIN: usize = 4;
const HEADER: usize = 9;

/// What was written and not handed to the file yet.
pub struct Output {
    bytes: Vec<u8>,
    framing: bool,
    /// Where the header of the frame being written is.
    frame: Option<usize>,
    write: Option<Value>,
}

impl Output {
    /// Output for the `write` method of a file, or for the caller.
    pub fn new(write: Option<Value>) -> Output {
        Output { bytes: Vec::with_capacity(256), framing: false, frame: None, write }
    }

    /// Begins to cut into frames.
    pub fn start_framing(&mut self) {
        self.framing = true;
    }

    #[inline(always)]
    fn open_frame(&mut self) {
        if self.framing && self.frame.is_none() {
            self.frame = Some(self.bytes.len());
            self.bytes.extend([0; HEADER]);
        }
    }

    #[inline(always)]
    pub fn byte(&mut self, byte: u8) {
        self.open_frame();
        self.bytes.push(byte);
    }

    #[inline(always)]
    pub fn write(&mut self, bytes: &[u8]) {
        self.open_frame();
        self.bytes.extend_from_slice(bytes);
    }

    fn close_frame(&mut self) {
        let Some(start) = self.frame.take() else { return };
        let len = self.bytes.len() - start - HEADER;
        if len >= FRAME_MIN {
            let header = &mut self.bytes[start..start + HEADER];
            header[0] = FRAME;
            header[1..].copy_from_slice(&(len as u64).to_le_bytes());
        } else {
            self.bytes.drain(start..start + HEADER);
        }
    }

    /// To be called between opcodes: closes a frame that is long enough, and hands it over.
    #[inline(always)]
    pub fn boundary(&mut self) -> PyResult<()> {
        match self.frame {
            Some(start) if self.bytes.len() - start >= FRAME_TARGET + HEADER => self.hand_over_frame(),
            _ => Ok(()),
        }
    }

    #[cold]
    fn hand_over_frame(&mut self) -> PyResult<()> {
        self.close_frame();
        self.hand_over()
    }

    fn hand_over(&mut self) -> PyResult<()> {
        if let Some(write) = &self.write
            && !self.bytes.is_empty()
        {
            let bytes = bytes::from_slice(&self.bytes).into_value();
            self.bytes.clear();
            protocol::call1(write, bytes)?;
        }
        Ok(())
    }

    /// Writes an opcode with a length and the data that it announces. Much data is handed over as it is, without a copy,
    /// if `object` holds just that.
    pub fn write_sized(&mut self, header: &[u8], data: &[u8], object: Option<&Value>) -> PyResult<()> {
        if data.len() < FRAME_TARGET {
            self.write(header);
            self.write(data);
            return Ok(());
        }
        self.close_frame();
        self.bytes.extend_from_slice(header);
        if self.write.is_none() {
            self.bytes.extend_from_slice(data);
            return Ok(());
        }
        self.hand_over()?;
        let data = object.cloned().unwrap_or_else(|| bytes::from_slice(data).into_value());
        match &self.write {
            Some(write) => protocol::call1(write, data).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Ends the pickle; gives what was not handed over to a file.
    pub fn finish(mut self) -> PyResult<Vec<u8>> {
        self.close_frame();
        self.hand_over()?;
        Ok(self.bytes)
    }
}
